"""The file by itself: copied to another computer, without the project and without a network."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

from tests.verify.desk import FALSE, PROVED, UNUSABLE, ledger
from tests.verify.ledger import zipped
from tests.verify.signers import POLICY

SOURCE = Path("verify/gongkai_verify.py")


def alone(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Isolated mode: neither this checkout nor the environment is seen."""
    program = shutil.copy(SOURCE, folder / "gongkai_verify.py")
    command = [sys.executable, "-I", program, *map(str, words), "--home", str(folder / "home")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_it_verifies_alone_and_answers_by_its_exit_code(tmp_path: Path):
    good, bad = ledger().event(4), ledger().event(5)
    bad["checkpoint"] = good["checkpoint"].replace(b"9\n", b"8\n", 1)
    (tmp_path / "good.zip").write_bytes(zipped(good))
    (tmp_path / "bad.zip").write_bytes(zipped(bad))
    assert alone(tmp_path, "event", "good.zip").returncode == UNUSABLE
    assert alone(tmp_path, "trust", POLICY).returncode == PROVED
    answer = alone(tmp_path, "event", "good.zip")
    assert (answer.returncode, answer.stderr) == (PROVED, "")
    assert answer.stdout.startswith("结论：属实\n")
    answer = alone(tmp_path, "event", "bad.zip")
    assert (answer.returncode, answer.stderr) == (FALSE, "")
    assert answer.stdout.startswith("结论：不属实\n")


def test_wrong_usage_is_not_success(tmp_path: Path):
    for words in (
        (),
        ("event",),
        ("prove", "--json", "x.zip", "y.zip"),
        ("event", "a.zip", "b.zip"),
    ):
        assert alone(tmp_path, *words).returncode == UNUSABLE


def test_a_missing_library_is_said_in_chinese(tmp_path: Path):
    (tmp_path / "cryptography.py").write_text("raise ImportError")
    shutil.copy(SOURCE, tmp_path)
    command = [sys.executable, "gongkai_verify.py", "event", "x.zip"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert answer.returncode == UNUSABLE
    assert "pip install cryptography" in answer.stderr


def test_it_needs_python_3_9_the_standard_library_and_cryptography_only():
    tree = ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 9))
    named = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    named |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in named} - set(sys.stdlib_module_names)
    assert foreign == {"cryptography"}
