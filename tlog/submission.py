"""What a log sends to a witness (C2SP tlog-witness `add-checkpoint`), and to its own signer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.merkle import extends
from tlog.note import Note, parse_note
from tlog.proof import hash_lines
from tlog.text import Malformed, base64, decoded, number

LONGEST = 70_000  # bytes


@dataclass(frozen=True)
class Submission:
    """The checkpoint `note`, and the proof that it extends the tree of `old` leaves."""

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        return checkpoint_of(self.note)

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *map(base64, self.hashes)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.note.encode()

    def extends(self, root: bytes) -> bool:
        """Whether its tree begins with the one of `old` leaves and this root (nothing is known at 0)."""
        new = self.checkpoint
        if self.old == 0:
            return not self.hashes
        return extends(self.old, new.size, root, new.root, self.hashes)


def parse_submission(data: bytes) -> Submission:
    """Raises Malformed; when the checkpoint is smaller than `old`, too."""
    head, blank, rest = data.partition(b"\n\n")
    lines = decoded(head).split("\n")
    if not blank or len(data) > LONGEST or not lines[0].startswith("old "):
        raise Malformed("not a submission")
    old = number(lines[0].removeprefix("old "))
    submission = Submission(old, hash_lines(lines[1:]), parse_note(rest))
    if submission.checkpoint.size < old:
        raise Malformed("the checkpoint is smaller than the old size")
    return submission
