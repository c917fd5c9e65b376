"""C2SP tlog-checkpoint: the text by which a log commits to its tree. Pure.

Exactly three lines: what others may add below cannot be audited, so we neither write nor accept it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tlog.merkle import EMPTY
from tlog.note import Note, check_characters
from tlog.text import Malformed, base64, hash_from, number


@dataclass(frozen=True)
class Checkpoint:
    """The log `origin` has `size` leaves and this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Raises Malformed."""
    check_characters(text)
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise Malformed("not the three lines of a checkpoint")
    checkpoint = Checkpoint(lines[0], number(lines[1]), hash_from(lines[2]))
    if checkpoint.size == 0 and checkpoint.root != EMPTY:
        raise Malformed("an empty tree has another root")
    return checkpoint


def checkpoint_of(note: Note) -> Checkpoint:
    """What the note says; believe it only after its signatures. Raises Malformed."""
    return parse_checkpoint(note.text)
