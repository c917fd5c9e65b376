"""C2SP tlog-proof@v1: everything needed to check, offline, that an entry is in a log. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tlog.checkpoint import checkpoint_of
from tlog.merkle import includes, leaf_hash
from tlog.note import Note, parse_note
from tlog.text import Malformed, base64, decoded, hash_from, number, unbase64

HEADER = "c2sp.org/tlog-proof@v1"
MOST = 63  # hashes: enough for any tree


@dataclass(frozen=True)
class Proof:
    """The entry at `index` is in the tree of the checkpoint `note`. Nobody vouches for `extra`."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def encode(self) -> bytes:
        extra = [] if self.extra is None else [f"extra {base64(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(base64, self.hashes)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.note.encode()

    def proves(self, leaf: bytes) -> bool:
        """Whether `leaf` is that entry, if the checkpoint is to be believed. Raises Malformed."""
        tree = checkpoint_of(self.note)
        return includes(self.index, tree.size, leaf_hash(leaf), self.hashes, tree.root)


def parse_proof(data: bytes) -> Proof:
    """Raises Malformed."""
    head, blank, note = data.partition(b"\n\n")
    lines = decoded(head).split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise Malformed("not a tlog-proof@v1")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = unbase64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("no index")
    index = number(lines[0].removeprefix("index "))
    proof = Proof(index, hash_lines(lines[1:]), parse_note(note), extra)
    if index >= checkpoint_of(proof.note).size:
        raise Malformed("no such entry in this tree")
    return proof


def hash_lines(lines: Sequence[str]) -> tuple[bytes, ...]:
    """The hashes of a proof, one a line. Raises Malformed."""
    if len(lines) > MOST:
        raise Malformed("more hashes than any proof has")
    return tuple(hash_from(line) for line in lines)
