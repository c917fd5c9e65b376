"""The verifier's tree against the definition of RFC 6962, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.tree import edge, path, proof, root, sha
from verify import gongkai_verify as ours

LEAVES = [sha(bytes([0, n % 256, n // 256])) for n in range(90)]
SIZES = range(1, 70)


def test_every_inclusion_proof_holds_for_its_leaf_and_place_only():
    for size in SIZES:
        top = root(LEAVES[:size])
        for index in range(size):
            way = path(index, LEAVES[:size])
            assert ours.includes(index, size, LEAVES[index], way, top)
            others = [index - 1, index + 1, index ^ 2]
            assert not any(ours.includes(other, size, LEAVES[index], way, top) for other in others)
            assert not ours.includes(index, size, LEAVES[index], [*way, top], top)
            assert not ours.includes(index, size, LEAVES[index + 1], way, top)
            assert not way or not ours.includes(index, size, LEAVES[index], way[:-1], top)


def test_every_consistency_proof_holds_for_its_two_trees_only():
    for new in SIZES:
        top = root(LEAVES[:new])
        for old in range(1, new + 1):
            way, before = proof(old, LEAVES[:new]), root(LEAVES[:old])
            assert ours.extends(old, new, before, top, way)
            assert not ours.extends(old, new, root(LEAVES[1 : old + 1]), top, way)
            assert not ours.extends(old, new, before, root(LEAVES[1 : new + 1]), way)
            assert not ours.extends(old, new, before, top, [*way, top])
            assert not ours.extends(new, old, top, before, way) or old == new


def test_no_empty_tree_is_the_beginning_of_anything():
    assert not ours.extends(0, 5, root([]), root(LEAVES[:5]), [])
    assert not ours.includes(0, 0, LEAVES[0], [], LEAVES[0])
    assert not ours.includes(-1, 1, LEAVES[0], [], LEAVES[0])


def test_a_tree_that_grows_from_an_edge_has_the_root_of_the_definition():
    for first in range(40):
        tree = ours.Tree(first, edge(LEAVES[:first]))
        assert tree.root == root(LEAVES[:first])
        for size in range(first + 1, 41):
            tree.append(LEAVES[size - 1])
            assert tree.root == root(LEAVES[:size])


@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.lists(st.binary(min_size=32, max_size=32), max_size=9),
)
def test_made_up_proofs_never_hold(old: int, new: int, way: list[bytes]):
    before, top = root(LEAVES[:old]), sha(b"another tree")
    assert not ours.extends(old, new, before, top, way)
    assert not ours.includes(old, new, LEAVES[0], way, top)


@pytest.mark.parametrize(
    ("n", "name"), [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_tiles_are_named_as_c2sp_says(n: int, name: str):
    assert ours.tile_name(n) == name
