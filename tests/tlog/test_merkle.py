"""The running Merkle tree and its proofs, held against the definition and against public vectors."""

import json
from base64 import b64decode
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

from tlog.merkle import (
    EMPTY,
    Tree,
    consistency,
    extends,
    includes,
    inclusion,
    leaf_hash,
    reload,
    root_of,
)

LEAVES = [leaf_hash(b"entry %d" % n) for n in range(700)]
VECTORS = Path(__file__).parents[3] / "shared/data/rfc6962-vectors"


def grown(size: int) -> tuple[Tree, dict[int, list[bytes]]]:
    tree = Tree()
    tiles: dict[int, list[bytes]] = defaultdict(list)
    for leaf in LEAVES[:size]:
        for node in tree.append(leaf):
            assert node.place == len(tiles[node.level])
            tiles[node.level].append(node.hash)
    return tree, tiles


def test_the_empty_tree_has_the_root_of_the_rfc() -> None:
    assert Tree().root() == EMPTY == sha256().digest() == root_of([])


def test_the_running_tree_has_the_root_of_the_definition_at_every_size() -> None:
    tree = Tree()
    for size in range(301):
        assert tree.root() == root_of(LEAVES[:size])
        tree.append(LEAVES[size])


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 511, 512, 513, 700])
def test_a_tree_read_back_from_tiles_goes_on_as_if_never_stopped(size: int) -> None:
    tree, tiles = grown(size)

    def entries(level: int, start: int, count: int) -> list[bytes]:
        assert start >> 8 == (start + count - 1) >> 8
        return tiles[level][start : start + count]

    again = reload(size, entries)
    assert (again.size, again.peaks, again.root()) == (tree.size, tree.peaks, tree.root())


def test_every_changed_byte_of_a_leaf_changes_the_root() -> None:
    for size in range(1, 41):
        leaves = [b"entry %d" % n for n in range(size)]
        root = root_of([leaf_hash(leaf) for leaf in leaves])
        for number, leaf in enumerate(leaves):
            for at in range(len(leaf)):
                bad = leaf[:at] + bytes([leaf[at] ^ 1]) + leaf[at + 1 :]
                changed = [*leaves[:number], bad, *leaves[number + 1 :]]
                assert root_of([leaf_hash(one) for one in changed]) != root


def flipped(proof: list[bytes]) -> list[list[bytes]]:
    return [
        [*proof[:n], bytes([h[0] ^ 1]) + h[1:], *proof[n + 1 :]] for n, h in enumerate(proof)
    ] + [proof[:-1], [*proof, LEAVES[0]]]


def test_inclusion_is_proved_for_every_leaf_and_every_corruption_is_noticed() -> None:
    for size in range(1, 41):
        root = root_of(LEAVES[:size])
        for index in range(size):
            proof = inclusion(index, LEAVES[:size])
            assert includes(index, size, LEAVES[index], proof, root)
            assert not includes(index, size, LEAVES[index + 1], proof, root)
            assert not includes(index, size, LEAVES[index], proof, LEAVES[0] + b"x")
            for bad in flipped(proof) if proof else []:
                assert not includes(index, size, LEAVES[index], bad, root)


def test_consistency_is_proved_for_every_pair_and_every_corruption_is_noticed() -> None:
    for new in range(1, 41):
        for old in range(1, new + 1):
            proof = consistency(old, LEAVES[:new])
            roots = root_of(LEAVES[:old]), root_of(LEAVES[:new])
            assert extends(old, new, *roots, proof)
            assert not extends(old, new, EMPTY, roots[1], proof)
            assert not extends(old, new, roots[0], EMPTY, proof)
            for bad in flipped(proof) if proof else []:
                assert not extends(old, new, *roots, bad)


def cases(kind: str) -> list[Path]:
    return sorted((VECTORS / kind).rglob("*.json"))


def hashes(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or []]


@pytest.mark.skipif(not VECTORS.is_dir(), reason="RFC 6962 test vectors are not on this machine")
def test_inclusion_agrees_with_the_public_vectors() -> None:
    assert len(cases("inclusion")) > 50
    for file in cases("inclusion"):
        c = json.loads(file.read_bytes())
        leaf, root = b64decode(c["leafHash"] or ""), b64decode(c["root"] or "")
        good = includes(c["leafIdx"], c["treeSize"], leaf, hashes(c["proof"]), root)
        assert good is not c["wantErr"], file


@pytest.mark.skipif(not VECTORS.is_dir(), reason="RFC 6962 test vectors are not on this machine")
def test_consistency_agrees_with_the_public_vectors() -> None:
    assert len(cases("consistency")) > 50
    for file in cases("consistency"):
        c = json.loads(file.read_bytes())
        roots = b64decode(c["root1"] or ""), b64decode(c["root2"] or "")
        good = extends(c["size1"], c["size2"], *roots, hashes(c["proof"]))
        assert good is not c["wantErr"], (file, c)
