"""Names and bytes of tiles and bundles, by the examples of C2SP tlog-tiles."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tlog.logs import Log
from tlog.text import Malformed
from tlog.tiles import WIDTH, Bundle, Tile, bundles_of, pack, parse_path, tiles_of, width_at

NAMES: dict[str, Tile | Bundle] = {
    "tile/0/000": Tile(0, 0),
    "tile/0/999": Tile(0, 999),
    "tile/0/x001/000": Tile(0, 1000),
    "tile/0/x001/x234/067": Tile(0, 1_234_067),
    "tile/1/x001/x234/067.p/8": Tile(1, 1_234_067, 8),
    "tile/63/000.p/255": Tile(63, 0, 255),
    "tile/entries/x001/x234/067": Bundle(1_234_067),
    "tile/entries/000.p/1": Bundle(0, 1),
}
NOT_NAMES = [
    "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/001", "tile/0/x001", "tile/00/001",
    "tile/64/001", "tile/-1/001", "tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/01",
    "tile/0/001.p/", "tile/0/001.p", "tile/entries/1", "tile/8/0/001", "tile/0/001/", "tile/0/٠٠١",
    "tile/entries/../000", "", "tile/0/001\n",
]  # fmt: skip


@pytest.mark.parametrize("path", NAMES)
def test_a_tile_has_the_name_of_the_specification(path: str) -> None:
    assert NAMES[path].path == path
    assert parse_path(path) == NAMES[path]


@pytest.mark.parametrize("path", NOT_NAMES)
def test_what_is_not_exactly_a_name_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        parse_path(path)


@given(st.integers(0, 63), st.integers(0, 10**15), st.integers(1, WIDTH))
def test_every_name_is_read_back(level: int, n: int, width: int) -> None:
    assert parse_path(Tile(level, n, width).path) == Tile(level, n, width)
    assert parse_path(Bundle(n, width).path) == Bundle(n, width)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))
    assert [tile.path for tile in tiles if tile.width < WIDTH or tile.level] == [
        "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
    ]  # fmt: skip
    assert len(tiles) == 273 + 4
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert [*tiles_of(0), *bundles_of(0)] == []


def test_growing_step_by_step_makes_every_tile_of_the_whole() -> None:
    chance = random.Random(7)
    size, made = 0, set[Tile | Bundle]()
    while size < 200_000:
        grown = size + chance.choice([0, 1, 100, 255, 256, 257, 9_000])
        new: set[Tile | Bundle] = {*tiles_of(grown, size), *bundles_of(grown, size)}
        assert not made & new, "made twice"
        made |= new
        size = grown
        assert {*tiles_of(size), *bundles_of(size)} <= made


def test_no_tile_is_wider_than_what_the_tree_has() -> None:
    assert [width_at(70_000, level, n) for level, n in ((0, 273), (0, 274), (1, 1), (2, 0))] == [
        112, 0, 17, 1,
    ]  # fmt: skip


def test_a_bundle_gives_back_its_entries() -> None:
    log = Log(300)
    for bundle in bundles_of(300):
        start = WIDTH * bundle.n
        assert bundle.split(log.bundle(bundle)) == log.leaves[start : start + bundle.width]
    assert Bundle(0, 2).split(pack([b"", b"y" * 65_535])) == [b"", b"y" * 65_535]


def test_a_bundle_that_is_cut_off_or_too_short_or_too_long_is_refused() -> None:
    data = pack([b"one", b"two"])
    for bad in (*(data[:at] for at in range(len(data))), data + b"\0", data + b"\0\0"):
        with pytest.raises(Malformed):
            Bundle(0, 2).split(bad)
    with pytest.raises(Malformed):
        pack([b"z" * 65_536])
