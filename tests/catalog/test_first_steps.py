"""An empty platform, from the first sign-in to a clerk who can draft; administration by its pages."""

from __future__ import annotations

import re

import pytest

from services.catalog.main import SERVICE
from tests.kernel import running

FIRST = {
    "name": "临江市政务公开办公室", "agency": "linjiang", "code": "330105000", "organ": "办公室",
    "person": "孙晓明", "position": "系统管理员",
}  # fmt: skip
BUREAU = {"parentId": "linjiang", "name": "临江市司法局", "agency": "linjiang-sfj", "code": "330105001",
          "kind": "BUREAU", "overlay": "bureau-justice"}  # fmt: skip


@pytest.fixture
async def empty(postgres):
    async with running(SERVICE, postgres, settings={"first_administrator": "admin"}) as service:
        yield service


@pytest.fixture
async def begun(empty):
    """The top agency is there; `admin` administers it."""
    answer = await empty.browser("admin").post("/catalog/admin/first", data=FIRST)
    assert answer.status_code == 303, answer.text
    return empty


async def organ_of(service, agency):
    """Register a section and return its id."""
    form = {"agencyId": agency, "name": "公共法律服务科", "kind": "SECTION"}
    await service.browser("admin").post("/catalog/admin/organs/new", data=form)
    rows = await service.sql("SELECT organ FROM directory_organs WHERE agency = $1", agency)
    return rows[0]["organ"]


async def clerk(service, agency, organ, **changes):
    form = {"agencyId": agency, "person": "zhangsan", "name": "张三", "organId": organ,
            "position": "科员", "since": "2026-01-01", "roles": ["DRAFTER"], **changes}  # fmt: skip
    return await service.browser("admin").post("/catalog/admin/people/new", data=form)


async def test_the_first_person_is_told_to_begin_and_nobody_else_may(empty):
    assert "平台还是空的" in (await empty.browser("admin").get("/catalog/work")).text
    assert "平台还是空的" not in (await empty.browser("p-other").get("/catalog/work")).text
    assert "登记最高一级机构" in (await empty.browser("admin").get("/catalog/admin/first")).text
    answer = await empty.browser("p-other").post("/catalog/admin/first", data=FIRST)
    assert answer.status_code == 403
    assert await empty.sql("SELECT 1 FROM events") == []


@pytest.mark.parametrize("field", sorted(FIRST))
async def test_a_field_left_empty_is_named_and_what_was_typed_stays(empty, field):
    answer = await empty.browser("admin").post("/catalog/admin/first", data=FIRST | {field: ""})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert all(value in answer.text for name, value in FIRST.items() if name != field)
    assert await empty.sql("SELECT 1 FROM events") == []


async def test_beginning_brings_rules_and_calendars_and_happens_once(begun):
    kinds = {row["kind"] for row in await begun.sql("SELECT DISTINCT kind FROM reference")}
    assert kinds == {"policy", "calendar"}
    again = await begun.browser("admin").post("/catalog/admin/first", data=FIRST)
    assert again.status_code == 403
    assert "平台还是空的" not in (await begun.browser("admin").get("/catalog/work")).text


async def test_a_bureau_with_its_rules_a_section_and_a_clerk_who_can_draft(begun):
    admin = begun.browser("admin")
    for form in (
        "agencies/new?parent=linjiang",
        "organs/new?agency=linjiang",
        "people/new?agency=linjiang",
    ):
        assert (await admin.get(f"/catalog/admin/{form}")).status_code == 200
    answer = await admin.post("/catalog/admin/agencies/new", data=BUREAU)
    assert answer.status_code == 303, answer.text
    answer = await clerk(begun, "linjiang-sfj", await organ_of(begun, "linjiang-sfj"))
    assert answer.status_code == 303, answer.text
    page = (await admin.get("/catalog/admin")).text
    assert all(
        name in page for name in ("临江市司法局", "公共法律服务科", "张三", "适用本单位公开规则")
    )
    editor = await begun.browser("zhangsan").get("/catalog/editor")
    assert "临江市司法局" in editor.text


async def test_an_agency_is_not_registered_twice_nor_under_anothers_code(begun):
    admin = begun.browser("admin")
    await admin.post("/catalog/admin/agencies/new", data=BUREAU)
    twice = await admin.post("/catalog/admin/agencies/new", data=BUREAU)
    assert twice.status_code == 409
    other = await admin.post(
        "/catalog/admin/agencies/new", data=BUREAU | {"agency": "linjiang-mzj"}
    )
    assert other.status_code == 409
    assert 'href="#f-code"' in other.text


@pytest.mark.parametrize(
    ("change", "field"),
    [({"person": "张三"}, "person"), ({"name": ""}, "name"), ({"position": ""}, "position"),
     ({"since": "昨天"}, "since"), ({"roles": []}, "roles"), ({"organId": "o-none"}, "organId")],
)  # fmt: skip
async def test_bad_input_about_a_person_is_named(begun, change, field):
    organ = await organ_of(begun, "linjiang")
    answer = await clerk(begun, "linjiang", organ, **change)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    rows = await begun.sql("SELECT 1 FROM directory_grants WHERE person <> 'admin'")
    assert rows == []
    assert not await begun.sql("SELECT 1 FROM people WHERE person <> 'admin'")


async def test_an_ended_post_gives_no_rights_from_today_on(begun):
    organ = await organ_of(begun, "linjiang")
    await clerk(begun, "linjiang", organ)
    form = {"person": "zhangsan", "agencyId": "linjiang", "organId": organ, "position": "科员"}
    answer = await begun.browser("admin").post("/catalog/admin/appointments/end", data=form)
    assert answer.status_code == 303
    assert (await begun.browser("zhangsan").get("/catalog/editor")).status_code == 403
    assert not re.search(">张三<", (await begun.browser("admin").get("/catalog/admin")).text)
    again = await begun.browser("admin").post(
        "/catalog/admin/appointments/end", data=form | {"position": "处长"}
    )
    assert again.status_code == 404


async def test_who_administers_nothing_changes_nothing(begun):
    organ = await organ_of(begun, "linjiang")
    await clerk(begun, "linjiang", organ)
    other = begun.browser("zhangsan")
    assert "登记人员" not in (await other.get("/catalog/admin")).text
    form = {"agencyId": "linjiang", "name": "私设科", "kind": "SECTION"}
    assert (await other.get("/catalog/admin/organs/new?agency=linjiang")).status_code == 403
    assert (await other.post("/catalog/admin/organs/new", data=form)).status_code == 403
    assert not await begun.sql("SELECT 1 FROM directory_organs WHERE name = '私设科'")
