"""The first chapter: rules, calendars, agencies, organs, people and their posts."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.demo.client import Platform, StoryStopped
from deploy.demo.story import Story

CATALOG = "/catalog/api/v1"
SINCE = "2024-01-01"
VERSION = "2026.1"


def administrator(story: Story) -> str:
    """Who administers the top agency."""
    tops = [agency.id for agency in story.agencies if agency.parent is None]
    return story.holders(tops[0], "ADMINISTRATOR")[0]


def set_up(platform: Platform, story: Story) -> Iterator[str]:
    """Yields what was done. The operator appoints the first administrator, who does the rest."""
    admin = administrator(story)
    if platform.ask("setup", "GET", f"{CATALOG}/people?ids={admin}").json().get(admin) is None:
        yield from _first_steps(platform, story, admin)
    yield from _rules(platform, admin)
    yield from _directory(platform, story, admin)


def _first_steps(platform: Platform, story: Story, admin: str) -> Iterator[str]:
    top = next(agency for agency in story.agencies if agency.parent is None)
    person = next(p for p in story.people if p.id == admin)
    organ = next(o for o in story.organs if o.id == person.posts[0].organ)
    _agency(platform, story, "setup", top.id)
    _organ(platform, story, "setup", organ.id)
    _person(platform, story, "setup", admin)
    _post(platform, "setup", admin, top.id, 0, story)
    yield f"指定管理员 {person.name}"


def _rules(platform: Platform, admin: str) -> Iterator[str]:
    body = {"effectiveFrom": SINCE, "overlay": None}
    platform.do(admin, "PUT", f"{CATALOG}/policies/national/{VERSION}", patient=True, json=body)
    for year in platform.do(admin, "GET", f"{CATALOG}/calendars/shipped"):
        platform.do(admin, "PUT", f"{CATALOG}/calendars/{year['year']}", json=year)
    yield "启用国家规则与工作日日历"


def _directory(platform: Platform, story: Story, admin: str) -> Iterator[str]:
    for agency in story.agencies:
        _agency(platform, story, admin, agency.id)
        yield f"登记机构 {agency.name}"
    for organ in story.organs:
        _organ(platform, story, admin, organ.id)
    for agency in story.agencies:
        if agency.policy:
            body = {"effectiveFrom": SINCE, "overlay": agency.policy}
            platform.do(admin, "PUT", f"{CATALOG}/policies/{agency.id}/{VERSION}", json=body)
            yield f"启用{agency.name}的公开规则"
    for person in story.people:
        _person(platform, story, admin, person.id)
        for number, post in enumerate(person.posts):
            _post(platform, admin, person.id, story.agency_of(post.organ), number, story)
        yield f"安排 {person.name}（{person.title}）"


def _agency(platform: Platform, story: Story, who: str, id: str) -> None:
    agency = next(a for a in story.agencies if a.id == id)
    body = {"name": agency.name, "parentId": agency.parent, "code": agency.code,
            "kind": agency.kind, "level": agency.level}  # fmt: skip
    platform.do(who, "PUT", f"{CATALOG}/agencies/{id}", json=body)


def _organ(platform: Platform, story: Story, who: str, id: str) -> None:
    organ = next(o for o in story.organs if o.id == id)
    body = {"agencyId": organ.agency, "name": organ.name, "kind": organ.kind,
            "parentId": organ.parent}  # fmt: skip
    platform.do(who, "PUT", f"{CATALOG}/organs/{id}", json=body)


def _person(platform: Platform, story: Story, who: str, id: str) -> None:
    person = next(p for p in story.people if p.id == id)
    body = {"agencyId": story.agency_of(person.posts[0].organ), "name": person.name}
    platform.do(who, "PUT", f"{CATALOG}/people/{id}", json=body)


def _post(platform: Platform, who: str, id: str, agency: str, number: int, story: Story) -> None:
    post = next(p for p in story.people if p.id == id).posts[number]
    body = {"agencyId": agency, "organId": post.organ, "position": post.position,
            "roles": list(post.roles), "since": SINCE, "until": None}  # fmt: skip
    platform.do(who, "POST", f"{CATALOG}/people/{id}/appointments", json=body)


def settled(platform: Platform, story: Story) -> None:
    """Wait until the other services have heard of everybody. Raises StoryStopped."""
    for service in ("approval", "publisher", "feedback"):
        for person in story.people:
            try:
                platform.do(person.id, "GET", f"/{service}/api/v1/tasks", patient=True)
            except StoryStopped as problem:
                raise StoryStopped(f"{service} 还没有收到人员信息：{problem}") from problem
