"""The story as data: who there is, what they disclose, how far each thing has come."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import derived_id

SOURCE = Path(__file__).with_name("story.toml")


class Part(BaseModel):
    """A part of the story; an unknown field is a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(Part):
    id: str
    name: str
    code: str
    kind: str
    level: str
    parent: str | None = None
    policy: str | None = None


class Organ(Part):
    id: str
    agency: str
    name: str
    kind: str
    parent: str | None = None


class Post(Part):
    organ: str
    position: str
    roles: tuple[str, ...]


class Person(Part):
    id: str
    login: str
    name: str
    title: str
    posts: tuple[Post, ...]


class Opinion(Part):
    """`ends`: how far it comes. `received`: days from today, for what came on paper or in person."""

    key: str
    kind: str
    text: str
    ends: Literal["new", "rejected", "accepted", "assigned", "answered", "returned", "released"]
    channel: str = "WEB"
    received: int = 0
    name: str = ""
    contact: str = ""
    answer: str = ""
    adopted: bool = True
    reason: str | None = None
    reason_text: str = ""

    @property
    def id(self) -> str:
        return derived_id("demo", "opinion", self.key)


class Item(Part):
    """`formed`, `event`: days from today. `passed`: review steps passed before it stops.

    `photo`: whether the board's photo is uploaded; `failing`: the channel that is made to fail.
    """

    key: str
    agency: str
    drafter: str
    body_organ: str
    title: str
    category: str
    duration: str
    kind: str
    formed: int
    rings: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    basis: str
    ends: Literal["draft", "review", "returned", "withheld", "approved", "released"]
    body: str
    event: int | None = None
    doc_no: str | None = None
    affairs: str = "GOVERNMENT"
    attribute: str = "PROACTIVE"
    ground: str | None = None
    ground_reason: str | None = None
    important: bool = False
    passed: int = 0
    reason: str = ""
    neutral_title: str = ""
    photo: bool = False
    failing: str | None = None
    opinions: tuple[Opinion, ...] = ()

    @property
    def id(self) -> str:
        return derived_id("demo", "item", self.key)

    @property
    def channels(self) -> set[str]:
        return {channel for _, _, channels in self.rings for channel in channels}

    def html(self) -> str:
        """The body as the editor would send it."""
        return "".join(f"<p>{escape(line)}</p>" for line in self.body.strip().splitlines())


class Story(Part):
    password: str
    agencies: tuple[Agency, ...]
    organs: tuple[Organ, ...]
    people: tuple[Person, ...]
    items: tuple[Item, ...] = Field(min_length=1)

    def agency_of(self, organ: str) -> str:
        return next(known.agency for known in self.organs if known.id == organ)

    def holders(self, agency: str, *roles: str) -> list[str]:
        """Who holds one of the roles in an agency, in the order of the story."""
        return [
            person.id
            for person in self.people
            for post in person.posts
            if self.agency_of(post.organ) == agency and set(roles) & set(post.roles)
        ]


def read_story(path: Path = SOURCE) -> Story:
    return Story.model_validate(tomllib.loads(path.read_text("utf-8")))


def day(today: date, offset: int) -> str:
    """A legal day, counted from today."""
    return (today + timedelta(days=offset)).isoformat()
