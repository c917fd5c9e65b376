"""Forms of the running platform, filled in and sent without a browser, a word in every text of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import lxml.html  # type: ignore[import-untyped]

from deploy.demo.client import Platform
from deploy.embedded.databases import SERVICES

TEXTS = ("text", "search", "email", "tel", "url", "")  # types of <input> that take any text
Given = Mapping[str, Any]
NOTHING: Given = {}


@dataclass
class Hand:
    """Fills in. `sent` are the addresses to which a form went and was accepted."""

    platform: Platform
    word: str
    sent: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return f"{self.word}于{name}"

    def send(
        self,
        who: str,
        page: str,
        act: str,
        given: Given = NOTHING,
        where: Given = NOTHING,
        shows: str = "",
    ) -> str:
        """The form of `page` whose address has `act` in it, with hidden fields as in `where`,
        once the page shows what it should.

        Returns where it leads. `given` are the fields that are no free text, and files.
        """
        tree = lxml.html.fromstring(self._page(who, page, shows))
        form = next(one for one in tree.forms if _leads(one, act) and _has(one, where))
        fields, files = self._filled(form, given)
        parts = {"files": files} if form.get("enctype") else {}
        answer = self.platform.ask(who, "POST", form.get("action"), data=fields, **parts)
        assert answer.status_code == 303, f"{form.get('action')}: {answer.text[:3000]}"
        self.sent.append(form.get("action"))
        return str(answer.headers["location"])

    def _page(self, who: str, path: str, shows: str) -> str:
        def whole() -> str | None:
            answer = self.platform.ask(who, "GET", path)
            there = answer.status_code == 200 and shows in answer.text
            return answer.text if there else None

        return self.platform.until(path, whole)

    def _filled(self, form: Any, given: Given) -> tuple[dict[str, Any], dict[str, Any]]:
        chosen = {name: value for name, value in given.items() if isinstance(value, tuple)}
        fields = dict(form.form_values()) | {k: v for k, v in given.items() if k not in chosen}
        for name in _texts(form):
            fields[name] = given.get(name) or self.text(name)
        files = {one.get("name"): ("", b"") for one in form.xpath(".//input[@type='file']")}
        return fields, files | chosen


def _leads(form: Any, act: str) -> bool:
    return form.method == "POST" and act in str(form.get("action"))


def _has(form: Any, where: Given) -> bool:
    return all(form.fields.get(name) == value for name, value in where.items())


def _texts(form: Any) -> Iterator[str]:
    for one in form.xpath(".//textarea | .//input"):
        typed = one.tag == "textarea" or one.get("type", "") in TEXTS
        # What no person sees stays empty: it catches machines.
        if typed and one.get("tabindex") != "-1":
            yield one.get("name")


def addresses() -> set[str]:
    """Every address of the services' pages to which a form can be sent."""
    return {
        path
        for service in SERVICES
        for router in import_module(f"services.{service}.main").SERVICE.routers
        for path in _posts(router, f"/{service}")
    }


def _posts(router: Any, start: str) -> Iterator[str]:
    for route in router.routes:
        if inner := getattr(route, "original_router", None):
            yield from _posts(inner, start)
        elif "POST" in route.methods and "/api/" not in route.path:
            yield start + route.path
