"""Pages: one look, whole or only the block that htmx asked for; also as static files."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2_fragments import render_block
from markupsafe import Markup

from shared.workdays import CHINA, chinese

SHARED = Path(__file__).parent / "templates"

# Words of the frame in English; a page's own words come from its service.
ENGLISH: Mapping[str, str] = {
    "跳到正文": "Skip to content", "工作台": "Workbench", "信息目录": "Catalog", "审查审批": "Review",
    "发布": "Publishing", "公众意见": "Opinions", "监督": "Supervision", "退出": "Sign out",
    "登录": "Sign in", "首页": "Home", "搜索": "Search", "大字版": "Large print",
    "标准版": "Standard print", "政府信息公开": "Government Information", "我的待办": "My tasks",
}  # fmt: skip


class Pages:
    """The templates of one service before the shared ones. `labels` gives codes their Chinese names."""

    def __init__(self, package: Path, labels: Mapping[str, str] | None = None) -> None:
        self._labels = dict(labels or {})
        self._env = jinja2.Environment(
            loader=jinja2.FileSystemLoader([package / "templates", SHARED]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters |= {
            "day": day,
            "moment": moment,
            "label": self.label,
            "size": size,
            "short_hash": short_hash,
        }
        self._env.globals |= {"compare": compare, "deadline_text": deadline_text}

    def label(self, code: object) -> str:
        """The Chinese name of a code; the code itself when it has none."""
        return self._labels.get(str(code), str(code))

    def share(self, name: str, function: Callable[..., Any]) -> None:
        """Give a function of the service to all its templates."""
        self._env.globals[name] = function

    def render(
        self, request: Request, name: str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The whole page, or only its `main` block for htmx. Always varies by HX-Request."""
        values = {**self._frame(request), **context}
        whole = ("HX-Boosted", "HX-History-Restore-Request")  # it replaces the whole page then
        asked = request.headers
        if asked.get("HX-Request") and not any(asked.get(name) for name in whole):
            html = render_block(self._env, name, "main", **values)
        else:
            html = self._env.get_template(name).render(**values)
        return HTMLResponse(html, status, headers={"Vary": "HX-Request"})

    def render_static(self, name: str, **context: Any) -> str:
        """A page for a file, seen by everybody: nobody is signed in."""
        frame = {
            "person": None, "path": "", "lang": "zh-CN", "large": False, "t": _chinese, "static": True,
        }  # fmt: skip
        return self._env.get_template(name).render(**{**frame, **context})

    def _frame(self, request: Request) -> dict[str, Any]:
        lang = request.query_params.get("lang") or request.cookies.get("lang") or "zh"
        english = lang.startswith("en")
        runtime = getattr(request.app.state, "runtime", None)
        return {
            "person": getattr(request.state, "person", None),
            "path": request.url.path,
            "lang": "en" if english else "zh-CN",
            "large": request.cookies.get("large") == "1",
            "t": _english if english else _chinese,
            "static": False,
            # Facts wait for the broker: what was done here is kept, others hear of it later.
            "late": runtime is not None and runtime.outgoing.late,
        }


def _chinese(text: str) -> str:
    return text


def _english(text: str) -> str:
    return ENGLISH.get(text, text)


def day(value: date | str | None) -> str:
    """2026年11月23日; a dash for nothing."""
    if not value:
        return "—"
    found = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return chinese(found.astimezone(CHINA).date() if isinstance(found, datetime) else found)


def moment(value: datetime | str | None) -> str:
    """2026年11月23日 15:04, Beijing time."""
    if not value:
        return "—"
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = found.astimezone(CHINA)
    return f"{chinese(local.date())} {local:%H:%M}"


def deadline_text(due: date | str | None, today: date | str) -> str:
    """还有3天 · 今天到期 · 已逾期2天 (calendar days)."""
    if not due:
        return "无期限"
    end = date.fromisoformat(due) if isinstance(due, str) else due
    now = date.fromisoformat(today) if isinstance(today, str) else today
    left = (end - now).days
    if left < 0:
        return f"已逾期{-left}天"
    return "今天到期" if left == 0 else f"还有{left}天"


def size(count: int) -> str:
    """Bytes as 12 KB, 3.4 MB."""
    if count < 1024:
        return f"{count} 字节"
    return f"{count / 1024:.0f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def short_hash(value: str | None) -> Markup:
    """The first 16 digits in groups of four, the whole in the title."""
    if not value:
        return Markup("—")
    short = value.removeprefix("t1:")[:16]
    groups = " ".join(short[i : i + 4] for i in range(0, len(short), 4))
    return Markup('<code class="hash" title="{}">{}…</code>').format(value, groups)


COMPARED = 4_000_000  # pairs of lines or signs; of longer texts only the common ends are found
DELETED, INSERTED = Markup("<del>{}</del>"), Markup("<ins>{}</ins>")


def compare(before: str, after: str) -> tuple[Markup, Markup]:
    """Two texts side by side: what only one has is marked with <del> or <ins>.

    Line by line first, so that two long texts do not keep the server busy.
    """
    left, right = Markup(), Markup()
    for one, other, same in _runs(before.splitlines(True), after.splitlines(True)):
        a, b = "".join(one), "".join(other)
        for few, fewer, equal in [(a, b, True)] if same else _runs(a, b):
            left += few if equal else DELETED.format(few) if few else ""
            right += fewer if equal else INSERTED.format(fewer) if fewer else ""
    return left, right


def _runs(before: Any, after: Any) -> Iterator[tuple[Any, Any, bool]]:
    """Stretches of both, and whether they are the same."""
    if len(before) * len(after) > COMPARED:
        yield from _ends(before, after)
        return
    found = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in found.get_opcodes():
        yield before[a:b], after[c:d], tag == "equal"


def _ends(before: Any, after: Any) -> Iterator[tuple[Any, Any, bool]]:
    """The common beginning, what lies between, the common end."""
    head = _same(zip(before, after, strict=False))
    tail = _same(zip(reversed(before[head:]), reversed(after[head:]), strict=False))
    first, last = len(before) - tail, len(after) - tail
    yield before[:head], after[:head], True
    yield before[head:first], after[head:last], False
    yield before[first:], after[last:], True


def _same(pairs: Iterable[tuple[Any, Any]]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
