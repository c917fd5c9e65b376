"""A whole log in memory, for tests: leaves, tiles, bundles, checkpoints; can be written out as files."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tlog.checkpoint import Checkpoint
from tlog.cosignature import cosign
from tlog.merkle import Tree, leaf_hash
from tlog.note import COSIGNATURE, ED25519, Note, SigningKey, sign
from tlog.prover import consistency
from tlog.submission import Submission
from tlog.text import HASH
from tlog.tiles import WIDTH, Bundle, Tile, bundles_of, pack, tiles_of

ORIGIN = "gongkai.example/audit/log"
LOG = SigningKey(ORIGIN, ED25519, bytes(range(32)))
NEXT = SigningKey(ORIGIN, ED25519, bytes(range(1, 33)))  # the key it is rotated to
OTHER = SigningKey("other.example/log", ED25519, bytes(range(2, 34)))
WITNESS = SigningKey("witness.example/w1", COSIGNATURE, bytes(range(3, 35)))
SECOND = SigningKey("witness.example/w2", COSIGNATURE, bytes(range(4, 36)))
AT = 1_790_000_000  # seconds since 1970 UTC


class Log:
    """Grows leaf by leaf; knows its root at every size."""

    def __init__(self, size: int = 0, salt: bytes = b"") -> None:
        self.salt = salt
        self.tree = Tree()
        self.leaves: list[bytes] = []
        self.hashes: list[bytes] = []
        self.roots = [self.tree.root()]
        self.nodes: dict[int, list[bytes]] = defaultdict(list)
        self.grow(size)

    def grow(self, count: int) -> None:
        for n in range(len(self.leaves), len(self.leaves) + count):
            leaf = self.salt + b"entry %d " % n + b"x" * (n % 40)
            self.leaves.append(leaf)
            self.hashes.append(leaf_hash(leaf))
            for node in self.tree.append(self.hashes[-1]):
                assert node.place == len(self.nodes[node.level])
                self.nodes[node.level].append(node.hash)
            self.roots.append(self.tree.root())

    @property
    def size(self) -> int:
        return len(self.leaves)

    def read(self, tile: Tile) -> bytes:
        start = WIDTH * tile.n
        data = b"".join(self.nodes[tile.level][start : start + tile.width])
        assert len(data) == tile.width * HASH, tile
        return data

    def bundle(self, bundle: Bundle) -> bytes:
        return pack(self.leaves[WIDTH * bundle.n : WIDTH * bundle.n + bundle.width])

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = self.size if size is None else size
        return Checkpoint(ORIGIN, size, self.roots[size])

    def note(self, size: int | None = None, *witnesses: SigningKey) -> Note:
        """The signed checkpoint, cosigned by the witnesses at AT."""
        text = self.checkpoint(size).text
        return Note(text).with_lines(sign(LOG, text), *(cosign(one, text, AT) for one in witnesses))

    def submission(self, old: int, new: int) -> Submission:
        """What a witness that knows `old` leaves is sent."""
        return Submission(old, tuple(consistency(old, new, self.read)), self.note(new))

    def write(self, folder: Path, note: Note) -> None:
        """The log as files, as a static server would hold them."""
        files = {"checkpoint": note.encode()}
        files |= {tile.path: self.read(tile) for tile in tiles_of(self.size)}
        files |= {bundle.path: self.bundle(bundle) for bundle in bundles_of(self.size)}
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
