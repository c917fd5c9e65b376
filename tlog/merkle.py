"""Merkle tree of RFC 6962: the definition (slow, the oracle), the running tree, proofs. Pure.

Node hashes are kept in tiles of 256 (C2SP tlog-tiles): tile level L holds the nodes of height 8·L.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

HEIGHT = 8  # of a tile: 256 hashes
EMPTY = sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 2.1: SHA-256(0x00 || leaf)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The definition, word for word: root over leaf hashes. Slow; everything else is held against it."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY
    k = split(len(hashes))
    return node_hash(root_of(hashes[:k]), root_of(hashes[k:]))


def inclusion(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 2.1.1: the audit path of one leaf, nearest first."""
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*inclusion(index, hashes[:k]), root_of(hashes[k:])]
    return [*inclusion(index - k, hashes[k:]), root_of(hashes[:k])]


def consistency(old: int, hashes: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 2.1.2: proof that the tree of `old` leaves is the beginning of this one."""
    if old == len(hashes):
        return [] if whole else [root_of(hashes)]
    k = split(len(hashes))
    if old <= k:
        return [*consistency(old, hashes[:k], whole=whole), root_of(hashes[k:])]
    return [*consistency(old - k, hashes[k:], whole=False), root_of(hashes[:k])]


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that the leaf hash stands at `index` of the tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != len(EMPTY):
        return False
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def extends(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the older tree is the beginning of the newer (RFC 9162 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new or not proof:
        return old == new and not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


class Node(NamedTuple):
    """A node that belongs into a tile: entry `place` of tile level `level`."""

    level: int
    place: int
    hash: bytes


@dataclass
class Tree:
    """The running tree: only the roots of its complete subtrees (`peaks`, largest first)."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf hash; returns the new nodes that belong into tiles."""
        nodes, node, height, index = [Node(0, self.size, leaf)], leaf, 0, self.size
        while index & 1:
            node = node_hash(self.peaks.pop(), node)
            height, index = height + 1, index >> 1
            if height % HEIGHT == 0:
                nodes.append(Node(height // HEIGHT, index, node))
        self.peaks.append(node)
        self.size += 1
        return nodes

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def reload(size: int, entries: Callable[[int, int, int], Sequence[bytes]]) -> Tree:
    """The tree of `size` leaves from its tiles. `entries(level, start, count)` reads tile entries;
    one call never crosses a tile."""
    tree, start = Tree(size), 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            level, rest = divmod(height, HEIGHT)
            first = start >> (level * HEIGHT)
            tree.peaks.append(root_of(entries(level, first, 1 << rest)))
            start += 1 << height
    return tree


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
