"""The signer and the witnesses over HTTP: what they sign, and what they remember."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import httpx
import structlog

from tlog.answers import Answer, size_in
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.cosignature import times_of
from tlog.note import LONGEST, Note, Signature, Unsigned, opened, parse_note, parse_signatures
from tlog.policy import Party, Policy
from tlog.submission import Submission
from tlog.text import Malformed, decoded, hash_from

PATIENCE = 3.0  # seconds for each witness
TRIES = 3  # a remembered size may change between question and answer
Prove = Callable[[int, int], Awaitable[Sequence[bytes]]]
log = structlog.get_logger()


class Refused(Exception):
    """No signature; the text says why."""


class Contradicts(Refused):
    """They remember a tree that ours does not begin with: history was changed, here or there."""


class Ahead(Refused):
    """They remember a larger tree than ours: this database has lost entries."""


class Told(NamedTuple):
    """What a witness answered: its line, or why there is none. `size` is what it remembers now."""

    name: str
    size: int
    signature: Signature | None
    fault: str = ""


@dataclass
class Outside:
    """Everybody whose word counts, by the policy."""

    policy: Policy
    http: httpx.AsyncClient
    signer_url: str
    secret: str = ""

    @property
    def origin(self) -> str:
        return self.policy.logs[0].vkey.name

    async def signed(self, checkpoint: Checkpoint, known: int, prove: Prove) -> Note:
        """The checkpoint with the log's signatures. `known` is our guess of what the signer signed last.

        Raises Refused, Contradicts, Ahead.
        """
        note = Note(checkpoint.text)
        headers = {"Authorization": f"Bearer {self.secret}"}
        url = f"{self.signer_url.rstrip('/')}/sign"
        answer = await self._submit(url, note, checkpoint, known, prove, headers)
        try:
            made = note.with_lines(*parse_signatures(answer))
            opened(made, self.policy.log_keys(self.origin))
        except (Malformed, Unsigned) as error:
            raise Refused(f"签名器的签名无效：{error}") from error
        return made

    async def cosigned(self, note: Note, known: dict[str, int], prove: Prove) -> list[Told]:
        """Ask at once every witness that has not signed it; `known`: our guesses of what each has seen."""
        asked = [
            self._cosigned(name, party, note, known.get(name, 0), prove)
            for name, party in self.policy.witnesses.items()
            if party.url and not times_of(note, party.vkey)
        ]
        return list(await asyncio.gather(*asked))

    async def remembered(self) -> dict[str, Note]:
        """The last note each witness cosigned, with our signature on it; by witness."""
        asked = {name: self._seen(party) for name, party in self.policy.witnesses.items()}
        notes = await asyncio.gather(*asked.values())
        return {name: note for name, note in zip(asked, notes, strict=True) if note}

    async def signer_remembers(self) -> Checkpoint | None:
        """What the signer signed last; None when it never did. Raises Refused when it does not answer."""
        try:
            answer = await self.http.get(f"{self.signer_url.rstrip('/')}/status")
            said = answer.raise_for_status().json()
            size, root = said["size"], said["root"]
            return Checkpoint(self.origin, size, hash_from(root)) if size else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Refused(f"没有应答（{type(error).__name__}）") from error

    async def _cosigned(
        self, name: str, party: Party, note: Note, known: int, prove: Prove
    ) -> Told:
        checkpoint = checkpoint_of(note)
        url = f"{party.url.rstrip('/')}/add-checkpoint"
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._submit(url, note, checkpoint, known, prove, {})
            lines = [one for one in parse_signatures(answer) if one.claims(party.vkey)]
            if not times_of(note.with_lines(*lines), party.vkey):
                raise Unsigned("no line of this witness")
        except Refused as refusal:
            return Told(name, known, None, str(refusal))
        except TimeoutError:
            return Told(name, known, None, "没有按时应答")
        except (Malformed, Unsigned) as error:
            return Told(name, known, None, f"见证签名无效：{error}")
        return Told(name, checkpoint.size, lines[-1])

    async def _submit(
        self, url: str, note: Note, new: Checkpoint, known: int, prove: Prove,
        headers: dict[str, str],
    ) -> str:  # fmt: skip
        old = min(known, new.size)
        for _ in range(TRIES):
            body = Submission(old, tuple(await prove(old, new.size)), note).encode()
            answer = await self._post(url, body, headers)
            if answer.status == 200:
                return answer.body
            if answer.status == 422:
                raise Contradicts(f"记得的前 {old} 条与本台账不一致")
            size = _size(answer)
            if size is None:
                raise Refused(f"拒绝（{answer.status}）：{answer.body.strip()[:200]}")
            if size > new.size:
                raise Ahead(f"记得 {size} 条，本台账要签的只有 {new.size} 条")
            old = size
        raise Refused("记得的条数一直在变")

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Whoever answers without end is not listened to. Raises Refused."""
        try:
            async with self.http.stream("POST", url, content=body, headers=headers) as answer:
                said = b""
                async for part in answer.aiter_bytes():
                    said += part
                    if len(said) > LONGEST:
                        raise Refused("应答过长")
                kind = answer.headers.get("content-type", "")
                return Answer(answer.status_code, decoded(said), kind)
        except httpx.HTTPError as error:
            raise Refused(f"没有应答（{type(error).__name__}）") from error
        except Malformed as error:
            raise Refused("应答不是文本") from error

    async def _seen(self, party: Party) -> Note | None:
        """Only a note that our own key signed is of any weight."""
        if not party.url:
            return None
        place = sha256(self.origin.encode()).hexdigest()
        try:
            answer = await self.http.get(f"{party.url.rstrip('/')}/{place}/checkpoint")
            return self.own(answer.content) if answer.status_code == 200 else None
        except (httpx.HTTPError, Malformed, Unsigned) as error:
            log.warning("a witness shows nothing of ours", witness=party.url, error=repr(error))
            return None

    def own(self, data: bytes) -> Note:
        """A note of this log. Raises Malformed, Unsigned."""
        note = parse_note(data)
        if checkpoint_of(note).origin != self.origin:
            raise Unsigned("of another log")
        opened(note, self.policy.log_keys(self.origin))
        return note


def client() -> httpx.AsyncClient:
    """For signer and witnesses: no proxy of the machine, three seconds for each step."""
    return httpx.AsyncClient(timeout=PATIENCE, trust_env=False)


def _size(answer: Answer) -> int | None:
    try:
        return size_in(answer)
    except Malformed:
        return None
