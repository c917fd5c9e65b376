"""Who asks: the signed-in person (or service, or citizen) of one request, and what they may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, Request

from shared import directory
from shared.blobs import Blobs
from shared.db import Db, Pool, reading, scoped
from shared.directory import Grant
from shared.errors import Forbidden
from shared.events import Event
from shared.facts import Aggregate, Context, Facts, Recorded
from shared.http import SignInNeeded
from shared.origin import require_own_origin
from shared.peers import Peers
from shared.store import StaleVersion
from shared.texts import Texts
from shared.tokens import BadToken, Identity
from shared.workdays import legal_day

if TYPE_CHECKING:
    from shared.runtime import Runtime

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

COOKIE = "gongkai_token"
CITIZEN = Identity("citizen", "公众", "")
# These see every agency below the one they serve.
OVERSEEING = frozenset({"SUPERVISOR", "FILING_OFFICE"})
ATTEMPTS = 3


class NotYours(Forbidden):
    """The person holds none of the roles the act asks for."""

    text = "您在该机构没有办理此事所需的职责"


@dataclass(frozen=True)
class Asking:
    """One request's caller. `agencies` is what row-level security lets it see."""

    runtime: Runtime
    identity: Identity
    grants: tuple[Grant, ...]
    agencies: tuple[str, ...]
    now: datetime
    correlation: str

    @property
    def person(self) -> str:
        return self.identity.person

    @property
    def token(self) -> str:
        return self.identity.token

    @property
    def is_service(self) -> bool:
        return self.person.startswith("service:")

    @property
    def home(self) -> str:
        """The agency of the first grant. Raises NotYours when there is none."""
        if not self.grants:
            raise NotYours("您还没有被安排任何岗位，请联系管理员")
        return self.grants[0].agency

    def has(self, role: str, agency: str) -> bool:
        return any(grant.role == role and grant.agency == agency for grant in self.grants)

    def require(self, agency: str, *roles: str) -> Grant:
        """The grant by which the person may act for the agency. Raises NotYours."""
        for role in roles:
            for grant in self.grants:
                if grant.role == role and grant.agency == agency:
                    return grant
        raise NotYours

    def require_service(self) -> None:
        """Raises Forbidden for people: this answer is for our own services."""
        if not self.is_service:
            raise Forbidden

    def context(self, agency: str) -> Context:
        return Context(agency, self.person, self.now, self.correlation)

    def acting_for(self, agency: str) -> Asking:
        """A citizen writing to one agency, and seeing no other."""
        return replace(self, agencies=(agency,))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        async with scoped(self._pool, self.agencies, write=False) as db:
            yield db

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Db]:
        """A transaction for several commands; the owner retries StaleVersion if that is right."""
        async with scoped(self._pool, self.agencies, write=True) as db:
            yield db
        self.facts.on_commit()

    async def execute(
        self,
        aggregate: Aggregate[C, S, E],
        key: str,
        command: C,
        *,
        agency: str,
        expected: int | None = None,
    ) -> Sequence[Recorded[E]]:
        """One command, one transaction. Without `expected` a lost race is tried again.

        Raises Stale when `expected` is no longer the version; a DomainError when refused.
        """
        for attempt in range(ATTEMPTS):
            try:
                async with self.writing() as db:
                    return await self.facts.execute_in(
                        db, aggregate, key, command, self.context(agency), expected
                    )
            except StaleVersion:
                if expected is not None or attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    @property
    def facts(self) -> Facts:
        return self.runtime.facts

    @property
    def texts(self) -> Texts:
        return self.runtime.texts

    @property
    def blobs(self) -> Blobs:
        return self.runtime.blobs

    @property
    def peers(self) -> Peers:
        return self.runtime.peers

    @property
    def _pool(self) -> Pool:
        # A service speaks for every agency: what it may ask for is checked in the routes.
        return self.runtime.worker_pool if self.is_service else self.runtime.app_pool


async def visitor(request: Request) -> Asking:
    """Anybody: a citizen, or whoever is signed in."""
    runtime: Runtime = request.app.state.runtime
    identity = await _identity(request, runtime)
    require_own_origin(request.method, request.headers, runtime.settings.public_url)
    now = datetime.now(UTC)
    grants, agencies = await _rights(runtime, identity, now)
    request.state.person = None if identity is CITIZEN else identity.name
    return Asking(runtime, identity, grants, agencies, now, request.state.correlation)


async def signed_in(asking: Annotated[Asking, Depends(visitor)]) -> Asking:
    """A person or a service. Raises SignInNeeded."""
    if asking.identity is CITIZEN:
        raise SignInNeeded
    return asking


Visitor = Annotated[Asking, Depends(visitor)]
Caller = Annotated[Asking, Depends(signed_in)]


async def _identity(request: Request, runtime: Runtime) -> Identity:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
    if not token:
        return CITIZEN
    try:
        return await runtime.tokens.identify(token)
    except BadToken:
        if scheme:
            raise SignInNeeded from None
        return CITIZEN


async def _rights(
    runtime: Runtime, identity: Identity, now: datetime
) -> tuple[tuple[Grant, ...], tuple[str, ...]]:
    if identity is CITIZEN or identity.person.startswith("service:"):
        return (), ()
    async with reading(runtime.app_pool) as db:
        grants = await directory.grants(db, identity.person, legal_day(now))
        seen = dict.fromkeys(grant.agency for grant in grants)
        for top in {grant.agency for grant in grants if grant.role in OVERSEEING}:
            seen |= dict.fromkeys(await directory.subtree(db, top))
    return grants, tuple(seen)
