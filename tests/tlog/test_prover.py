"""Roots and proofs read from tiles, held against the definition."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tlog.logs import Log
from tlog import merkle, prover
from tlog.merkle import extends, includes, root_of
from tlog.text import Malformed
from tlog.tiles import Tile

SMALL = Log(301)
LARGE = Log(70_001)


def test_the_root_read_from_tiles_is_that_of_the_definition_at_every_size() -> None:
    for size in range(301):
        assert prover.root(size, SMALL.read) == SMALL.roots[size] == root_of(SMALL.hashes[:size])
        assert prover.root(size, SMALL.read, SMALL.size) == SMALL.roots[size]


def test_every_inclusion_proof_up_to_three_hundred_leaves_is_that_of_the_definition() -> None:
    for size in range(1, 301):
        for index in {0, 1, size // 2, size - 1, (size * 7) // 11} & set(range(size)):
            proof = prover.inclusion(index, size, SMALL.read)
            assert proof == merkle.inclusion(index, SMALL.hashes[:size])
            assert includes(index, size, SMALL.hashes[index], proof, SMALL.roots[size])


def test_every_consistency_proof_up_to_three_hundred_leaves_is_that_of_the_definition() -> None:
    for new in range(1, 301):
        for old in {1, new // 3, new // 2, new - 1, new} & set(range(1, new + 1)):
            proof = prover.consistency(old, new, SMALL.read)
            assert proof == merkle.consistency(old, SMALL.hashes[:new])
            assert extends(old, new, SMALL.roots[old], SMALL.roots[new], proof)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_proofs_in_large_trees_lead_to_the_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGE.size))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    inclusion = prover.inclusion(index, size, LARGE.read)
    assert includes(index, size, LARGE.hashes[index], inclusion, LARGE.roots[size])
    consistency = prover.consistency(old, size, LARGE.read)
    assert extends(old, size, LARGE.roots[old], LARGE.roots[size], consistency)


def test_what_is_needed_is_exactly_what_is_read() -> None:
    chance = random.Random(4)
    for _ in range(200):
        size = chance.randrange(1, LARGE.size)
        ranges = prover.inclusion_ranges(chance.randrange(size), size)
        ranges += prover.consistency_ranges(chance.randrange(1, size + 1), size)
        asked: list[Tile] = []
        fetched = {tile: LARGE.read(tile) for tile in prover.needed(ranges, size)}

        def read(tile: Tile) -> bytes:
            asked.append(tile)  # noqa: B023
            return fetched[tile]  # noqa: B023

        prover.hashes(ranges, size, read)
        assert asked == list(fetched)


def test_an_inclusion_proof_in_a_million_leaves_needs_few_tiles() -> None:
    assert len(prover.needed(prover.inclusion_ranges(123_456, 1_000_000), 1_000_000)) <= 6


def test_a_changed_tile_makes_every_proof_that_reads_it_wrong() -> None:
    bad = Tile(0, 17)
    for index in (17 * 256, 17 * 256 + 200):

        def read(tile: Tile) -> bytes:
            data = LARGE.read(tile)
            return bytes([data[0] ^ 1]) + data[1:] if tile == bad else data

        proof = prover.inclusion(index + 1, LARGE.size, read)
        root = LARGE.roots[LARGE.size]
        assert not includes(index + 1, LARGE.size, LARGE.hashes[index + 1], proof, root)


def test_a_tile_of_another_width_is_refused() -> None:
    with pytest.raises(Malformed):
        prover.root(300, lambda tile: SMALL.read(tile)[:-32])
    with pytest.raises(Malformed):
        prover.root(300, lambda tile: SMALL.read(tile) + bytes(32))


def test_there_are_no_proofs_for_what_is_not_in_the_tree() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no leaf"):
            prover.inclusion(index, size, SMALL.read)
    with pytest.raises(ValueError, match="no beginning"):
        prover.consistency(6, 5, SMALL.read)


def test_from_nothing_and_to_itself_the_proof_is_empty() -> None:
    assert prover.consistency(0, 200, SMALL.read) == []
    assert prover.consistency(200, 200, SMALL.read) == []
