"""The witness's commands: one that makes it, and one that cosigns where there is no network."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno

from tests.tlog.logs import LOG, ORIGIN, WITNESS, Log
from tests.tlog.programs import run
from tlog.cosignature import times_of
from tlog.note import parse_signatures, parse_vkey
from tlog.submission import Submission
from witness.cosigning import LOGS

LOGGED = Log(300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command") / "witness"
    made = run("witness", folder, "init", "--name", WITNESS.name)
    assert parse_vkey(made.stdout.decode().strip()).name == WITNESS.name
    with (folder / LOGS).open("a") as logs:
        logs.write(f"log {LOG.vkey}\n")
    return folder


def test_a_file_is_cosigned_and_remembered_however_it_was_typed(
    folder: Path, tmp_path: Path
) -> None:
    vkey = parse_vkey(run("witness", folder, "vkey").stdout.decode().strip())
    request = tmp_path / "req.txt"
    request.write_bytes(LOGGED.submission(0, 200).encode().replace(b"\n", b"\r\n") + b"\r\n")
    made = run("witness", folder, "sign", str(request))
    lines = parse_signatures(made.stdout.decode())
    assert len(times_of(LOGGED.note(200).with_lines(*lines), vkey)) == 1

    again = run("witness", folder, "sign", str(request))
    assert (again.returncode, again.stdout) == (1, b"")
    assert "前 200 条" in again.stderr.decode()

    fork = Log(300, b"rewritten ").submission(200, 300).encode()
    refused = run("witness", folder, "sign", "-", given=fork)
    assert refused.returncode == 1
    assert "历史可能被改写" in refused.stderr.decode()

    scanned = run(
        "witness", folder, "sign", "-", "--qr", given=LOGGED.submission(200, 300).encode()
    )
    assert scanned.stdout.decode().startswith(f"— {WITNESS.name} ")
    assert "▀" in scanned.stdout.decode()


def test_mistakes_are_explained(folder: Path, tmp_path: Path) -> None:
    def said(*arguments: str, place: Path = folder) -> str:
        done = run("witness", place, *arguments, given=b"nonsense")
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr
        return done.stderr.decode()

    assert "已经初始化过" in said("init", "--name", WITNESS.name)
    assert "格式错误" in said("sign", "-")
    assert "没有找到" in said("sign", str(tmp_path / "nothing.txt"))
    assert "没有找到" in said("vkey", place=tmp_path / "nowhere")
    assert "格式错误" in said("init", "--name", "a name", place=tmp_path / "wrong")
    assert not list(tmp_path.glob("wrong/*"))


def test_the_largest_request_and_its_answer_fit_one_code_each() -> None:
    """A log of 2^30 leaves, with two log signatures, one long name and the longest proof there is."""
    note = LOGGED.note(300)
    text = f"{ORIGIN}\n{2**30}\n{note.text.splitlines()[2]}\n"
    longest = Submission(2**29 + 1, (bytes(32),) * 31, type(note)(text, note.signatures * 2))
    assert len(longest.encode()) < 2_331, "binary, error correction M"
    assert segno.make_qr(longest.encode().decode(), error="M").version
