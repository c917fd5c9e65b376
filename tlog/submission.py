"""What a log sends to a witness (C2SP tlog-witness `add-checkpoint`), and to its own signer. Pure.

Both remember the largest checkpoint they signed and sign only what extends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.merkle import extends
from tlog.note import Note, parse_note
from tlog.proof import hash_lines
from tlog.text import Malformed, base64, decoded, number

LONGEST = 70_000  # bytes


class Stale(Exception):
    """The submission is not from the size that is remembered, which is `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the last one signed has {size} leaves")
        self.size = size


class Inconsistent(Exception):
    """The new tree does not begin with the one that is remembered: history was changed."""


@dataclass(frozen=True)
class Submission:
    """The checkpoint `note`, and the proof that it extends the tree of `old` leaves.

    On the way to the signer the note has no signature yet.
    """

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        return checkpoint_of(self.note)

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *map(base64, self.hashes)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.note.encode()

    def check(self, latest: Checkpoint | None) -> None:
        """Whoever remembers `latest` may sign this. Raises Stale or Inconsistent."""
        known = latest.size if latest else 0
        if self.old != known:
            raise Stale(known)
        new = self.checkpoint
        if latest is None or known == 0:
            good = not self.hashes
        else:
            good = extends(known, new.size, latest.root, new.root, self.hashes)
        if not good:
            raise Inconsistent(f"{new.size} leaves do not begin with the {known} that are known")


def parse_submission(data: bytes, *, signed: bool = True) -> Submission:
    """Raises Malformed; when the checkpoint is smaller than `old`, too."""
    head, blank, rest = data.partition(b"\n\n")
    lines = decoded(head).split("\n")
    if not blank or len(data) > LONGEST or not lines[0].startswith("old "):
        raise Malformed("not a submission")
    old = number(lines[0].removeprefix("old "))
    note = parse_note(rest) if signed else _unsigned(rest)
    submission = Submission(old, hash_lines(lines[1:]), note)
    if submission.checkpoint.size < old:
        raise Malformed("the checkpoint is smaller than the old size")
    return submission


def _unsigned(data: bytes) -> Note:
    note = Note(decoded(data)[:-1])
    if note.encode() != data:
        raise Malformed("not a note without signatures")
    return note
