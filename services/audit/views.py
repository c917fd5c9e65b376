"""What pages and the JSON API show alike: the board in windows, the timeline with opened records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.audit.domain.board import NAMES, Cell, hour_of
from services.audit.domain.index import content
from services.audit.domain.timeline import Told, told
from services.audit.evidence.sealed import erasures
from services.audit.inspector import CITIZEN, Inspecting, Named
from services.audit.vault import Unsealable, Vault, unseal, vault_of
from shared import directory, reference
from shared.db import Db
from shared.envelope import Unreadable
from shared.errors import NotReady
from shared.events import Json
from shared.workdays import CHINA, legal_day

WINDOWS = {"hours": "近48小时", "days": "近30天"}


@dataclass(frozen=True)
class Line:
    """One line of a timeline, in the words of `ui.timeline`."""

    what: str
    when: datetime
    who: str
    position: str | None
    hash: str | None
    note: str
    idx: int
    event: str


def since(window: str, now: datetime) -> datetime:
    return now - (timedelta(hours=47) if window == "hours" else timedelta(days=29))


def series(cells: dict[Cell, int], window: str, now: datetime) -> Json:
    """Totals per step of time: `labels` and, for each kind, `values`; Beijing time."""
    step = timedelta(hours=1) if window == "hours" else timedelta(days=1)
    pattern = "%m-%d %H时" if window == "hours" else "%m-%d"
    count = 48 if window == "hours" else 30
    moments = [hour_of(now) - step * n for n in reversed(range(count))]
    labels = [f"{moment.astimezone(CHINA):{pattern}}" for moment in moments]
    values = {kind: dict.fromkeys(labels, 0) for kind in NAMES}
    for (_, kind, hour), n in cells.items():
        label = f"{hour.astimezone(CHINA):{pattern}}"
        if label in values[kind]:
            values[kind][label] += n
    return {
        "labels": labels,
        "series": [
            {"kind": kind, "name": name, "values": list(values[kind].values())}
            for kind, name in NAMES.items()
        ],
    }


def per_agency(cells: dict[Cell, int], names: dict[str, str], now: datetime) -> list[Json]:
    """For each agency and kind: the last 24 hours, 7 days, 30 days."""
    spans = {"day": timedelta(hours=24), "week": timedelta(days=7), "month": timedelta(days=30)}
    rows: dict[str, Json] = {}
    for (agency, kind, hour), n in cells.items():
        row = rows.setdefault(
            agency,
            {"agency": agency, "name": names.get(agency, agency),
             "counts": {kind: dict.fromkeys(spans, 0) for kind in NAMES}},
        )  # fmt: skip
        for span, length in spans.items():
            if hour > now - length:
                row["counts"][kind][span] += n
    return sorted(rows.values(), key=lambda row: row["name"])


async def category(db: Db, about: Any, today: date) -> str | None:
    """By its name in the rules of the agency; its code while they have not arrived."""
    if not about["category"]:
        return None
    try:
        rules = await reference.policy(db, about["agency"], today)
    except NotReady:
        return str(about["category"])
    return rules.category_name(about["category"])


async def lines(inspecting: Inspecting, item: str, rows: Sequence[Any]) -> list[Line]:
    """The timeline's rows with what their records say; what cannot be opened says so.

    That the records are opened is recorded first.
    """
    await inspecting.note_reading("TIMELINE", item, len(rows))
    vault = vault_of(inspecting.caller.runtime.settings)
    async with inspecting.ledger() as db:
        opened = await opened_records(db, vault, rows)
        gone = await _gone(db, vault, [row["idx"] for row in rows if row["idx"] not in opened])
    told_rows = ((row, told(row["type"], row["actor"], opened.get(row["idx"], {}))) for row in rows)
    said = [(row, one) for row, one in told_rows if one]
    names = await inspecting.names(id for _, one in said for id in (one.person, one.handler))
    async with inspecting.reading() as db:
        posts = [one.position or await _posts(db, one.person, row) for row, one in said]
    return [
        Line(
            one.what, row["occurred_at"], names[one.person], post, one.hash,
            "；".join([*one.details, *_besides(row, one, names, gone)]), row["idx"], row["id"],
        )
        for (row, one), post in zip(said, posts, strict=True)
    ]  # fmt: skip


async def _posts(db: Db, person: str, row: Any) -> str | None:
    """What the person was in the agency on that day, where the fact itself does not say it."""
    if person == CITIZEN or person.startswith("service:"):
        return None
    held = await directory.grants(db, person, legal_day(row["occurred_at"]))
    posts = [grant.position for grant in held if grant.agency == row["agency"]]
    return "、".join(dict.fromkeys(posts)) or None


async def _gone(db: Db, vault: Vault, indexes: Sequence[int]) -> dict[int, str]:
    """Why a record cannot be opened: erased by law, which an entry says, or taken away."""
    if not indexes:
        return {}
    erased = await erasures(db, vault)
    rows = await db.fetch(
        "SELECT idx, subject FROM ledger_payload WHERE idx = ANY($1)", list(indexes)
    )
    told = {row["idx"]: erased.get(row["subject"]) for row in rows}
    return {
        index: f"内容已依法销毁（台账第 {told[index]} 条）"
        if told.get(index) is not None
        else "原始消息无法打开，且没有依法销毁的记录，请立即核验"
        for index in indexes
    }


def _besides(row: Any, one: Told, names: Named, gone: dict[int, str]) -> Iterable[str]:
    if one.handler:
        yield f"承办人 {names[one.handler]}"
    if row["idx"] in gone:
        yield gone[row["idx"]]
    yield f"台账第 {row['idx']} 条"


async def opened_records(db: Db, vault: Vault, rows: Sequence[Any]) -> dict[int, Json]:
    """The data of sealed records, by ledger index."""
    ids = {row["idx"]: row["id"] for row in rows}
    sealed = await db.fetch(
        "SELECT idx, subject, sealed FROM ledger_payload WHERE idx = ANY($1)", list(ids)
    )
    try:
        keys = await vault.known(db, {row["subject"] for row in sealed})
    except Unsealable:
        keys = {}
    found: dict[int, Json] = {}
    for row in sealed:
        if dek := keys.get(row["subject"]):
            try:
                found[row["idx"]] = content(unseal(dek, ids[row["idx"]], row["sealed"]))
            except (Unsealable, Unreadable, ValueError):
                continue
    return found
