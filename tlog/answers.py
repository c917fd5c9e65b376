"""How a witness, and the signer, answers what it does not sign (C2SP tlog-witness). Pure."""

from __future__ import annotations

from typing import NamedTuple

from tlog.note import Unsigned
from tlog.submission import Inconsistent, Stale
from tlog.text import Malformed, number

SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


class UnknownLog(Exception):
    """Nobody here was told of this log."""


Refusal = Malformed | UnknownLog | Unsigned | Stale | Inconsistent
REFUSALS = (Malformed, UnknownLog, Unsigned, Stale, Inconsistent)


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    body: str
    kind: str = TEXT


def answer_to(refusal: Refusal) -> Answer:
    """The response by which the sender sees what was wrong."""
    match refusal:
        case Malformed():
            return Answer(400, f"{refusal}\n")
        case Unsigned():
            return Answer(403, f"{refusal}\n")
        case UnknownLog():
            return Answer(404, f"{refusal}\n")
        case Stale(size=size):
            return Answer(409, f"{size}\n", SIZE)
        case Inconsistent():
            return Answer(422, f"{refusal}\n")


def size_in(answer: Answer) -> int | None:
    """The size somebody remembers, when the answer is a 409 that says it. Raises Malformed."""
    if answer.status != 409 or answer.kind != SIZE:
        return None
    if not answer.body.endswith("\n"):
        raise Malformed("not a size")
    return number(answer.body[:-1])
