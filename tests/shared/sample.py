"""A small service that exists only in tests: counters, with a note typed at each addition."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter
from pydantic import Field

from shared.caller import Caller
from shared.db import Db
from shared.decider import Decider
from shared.envelope import Message
from shared.errors import Conflict, NotFound
from shared.events import Codec, Event, Json
from shared.facts import Aggregate, Facts, Recorded, Statement
from shared.inbox import Handler
from shared.runtime import Service

log = structlog.get_logger()


class CounterOpened(Event):
    type: Literal["catalog.counter-opened.v1"] = "catalog.counter-opened.v1"
    name: str


class Added(Event):
    type: Literal["catalog.added.v2"] = "catalog.added.v2"
    by: int
    note_hash: str | None = None


def lift_added_v1(old: Json) -> Json:
    """v1 always added one."""
    return {**old, "type": "catalog.added.v2", "by": 1}


CounterEvent = Annotated[CounterOpened | Added, Field(discriminator="type")]
CODEC: Codec[CounterOpened | Added] = Codec(CounterEvent, {"catalog.added.v1": lift_added_v1})


class AlreadyOpen(Conflict):
    text = "计数器已存在"


@dataclass(frozen=True)
class Open:
    name: str


@dataclass(frozen=True)
class Add:
    by: int
    note_hash: str | None = None


def decide(command: Open | Add, total: int | None) -> Sequence[CounterOpened | Added]:
    match command:
        case Open(name):
            if total is not None:
                raise AlreadyOpen
            return [CounterOpened(name=name)]
        case Add(by, note_hash):
            if total is None:
                raise NotFound
            return [Added(by=by, note_hash=note_hash)]


def evolve(total: int | None, event: CounterOpened | Added) -> int | None:
    match event:
        case CounterOpened():
            return 0
        case Added():
            return (total or 0) + event.by


def project(fact: Recorded[CounterOpened | Added]) -> Iterable[Statement]:
    match fact.event:
        case CounterOpened():
            yield Statement(
                "INSERT INTO counters (id, agency, name, total) VALUES ($1, $2, $3, 0)",
                fact.key, fact.agency, fact.event.name,
            )  # fmt: skip
        case Added():
            yield Statement(
                "UPDATE counters SET total = total + $2 WHERE id = $1", fact.key, fact.event.by
            )


def publish(event: CounterOpened | Added) -> Json | None:
    match event:
        case CounterOpened():
            return None
        case Added():
            return {"by": event.by}


CounterAggregate = Aggregate[Open | Add, int | None, CounterOpened | Added]
COUNTER: CounterAggregate = Aggregate(
    "counter", Decider(None, decide, evolve), CODEC, project, publish
)

router = APIRouter()


@router.put("/api/v1/counters/{id}", status_code=201)
async def open_counter(id: str, name: str, agency: str, caller: Caller) -> None:
    caller.require(agency, "DRAFTER")
    await caller.execute(COUNTER, id, Open(name), agency=agency)


@router.post("/api/v1/counters/{id}/add", status_code=204)
async def add(id: str, by: int, agency: str, caller: Caller, expected: int | None = None) -> None:
    caller.require(agency, "DRAFTER")
    await caller.execute(COUNTER, id, Add(by), agency=agency, expected=expected)


@router.post("/say", status_code=204)
async def say(text: str, caller: Caller) -> None:
    """Into the log, for its form."""
    log.info(text, person=caller.person)


@router.get("/page")
async def page(caller: Caller) -> dict[str, str]:
    return {"person": caller.person}


class Ledger:
    """What the listening side took in, and how it is told to fail.

    `faults` by message id: what the handler raises at each try, until there is none left.
    `calls` counts the tries; `pause` (seconds) makes each of them slow.
    """

    def __init__(self) -> None:
        self.faults: dict[str, Iterator[Exception]] = {}
        self.calls: Counter[str] = Counter()
        self.pause = 0.0

    def handlers(self, _: Facts) -> Mapping[str, Handler]:
        async def take(db: Db, message: Message) -> None:
            self.calls[message.id] += 1
            if fault := next(self.faults.get(message.id, iter(())), None):
                raise fault
            await db.execute(
                "INSERT INTO effects (agency, stream, version) VALUES ($1, $2, $3)",
                message.agency, message.stream, message.version,
            )  # fmt: skip
            await asyncio.sleep(self.pause)

        return {"approval.poked.v1": take, "catalog.added.v2": take}


def sample(handlers: Ledger | None = None, name: str = "catalog") -> Service:
    return Service(
        name=name,
        package=Path(__file__).parent / "sample_package",
        aggregates=(COUNTER,),
        read_tables=("counters",),
        handlers=handlers.handlers if handlers else lambda _: {},
        routers=(router,),
    )
