"""The size check keeps the tree small, and notices what is too large."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.sizes import FILE_LINES, FUNCTION_LINES, ROOTS, too_large

HERE = Path(__file__).parents[2]


def test_every_function_and_file_is_small():
    paths = [path for root in ROOTS for path in (HERE / root).rglob("*.py")]
    assert len(paths) > 50
    assert [line for path in paths for line in too_large(path)] == []


def test_a_function_one_line_too_long_is_named(tmp_path: Path):
    planted = tmp_path / "long.py"
    planted.write_text("def walk():\n" + "    pass\n" * FUNCTION_LINES, "utf-8")
    (found,) = too_large(planted)
    assert f"walk: {FUNCTION_LINES + 1} lines" in found


def test_a_method_and_an_async_function_are_measured_too(tmp_path: Path):
    planted = tmp_path / "long.py"
    body = "        pass\n" * FUNCTION_LINES
    planted.write_text(f"class Way:\n    async def walk(self):\n{body}", "utf-8")
    assert len(list(too_large(planted))) == 1


def test_a_file_one_line_too_long_is_named(tmp_path: Path):
    planted = tmp_path / "long.py"
    planted.write_text("x = 1\n" * (FILE_LINES + 1), "utf-8")
    (found,) = too_large(planted)
    assert f"{FILE_LINES + 1} lines" in found


def test_what_is_just_small_enough_passes(tmp_path: Path):
    planted = tmp_path / "fits.py"
    function = "def walk():\n" + "    pass\n" * (FUNCTION_LINES - 1)
    planted.write_text(function + "x = 1\n" * (FILE_LINES - FUNCTION_LINES), "utf-8")
    assert list(too_large(planted)) == []
