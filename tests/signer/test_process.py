"""The signer as a process: its secret, its answers, its memory after kill -9, its commands."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from signer import keyring
from tests.signer.test_signing import FORK, LOGGED, POLICY, request
from tests.tlog.logs import LOG, ORIGIN, WITNESS
from tests.tlog.programs import Served, run
from tlog.note import Note, opened, parse_signatures, parse_vkey
from tlog.policy import parse_policy

SECRET = "a secret of the audit service"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("process") / "signer"
    keyring.create(folder, ORIGIN, LOG.seed)
    served = Served("signer", folder, {"SECRET": SECRET})
    served.start()
    yield served
    served.kill()


def ask(served: Served, body: bytes, secret: str = SECRET) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.post(served.url + "/sign", content=body, headers=headers, trust_env=False)


def test_it_answers_as_a_witness_does_and_knows_it_after_kill_9(served: Served) -> None:
    for secret in ("-", "a secret", SECRET + "!"):
        assert ask(served, request(LOGGED, 0, 5), secret).status_code == 401
    assert status(served) == {"origin": ORIGIN, "size": 0, "root": None, "vkeys": [str(LOG.vkey)]}

    answer = ask(served, request(LOGGED, 0, 200))
    note = Note(LOGGED.checkpoint(200).text, parse_signatures(answer.text))
    assert opened(note, [LOG.vkey]) == (LOG.vkey,)

    served.kill()
    served.start()
    assert status(served)["size"] == 200
    assert b64decode(status(served)["root"]) == LOGGED.roots[200]
    stale = ask(served, request(FORK, 0, 300))
    assert (stale.status_code, stale.text) == (409, "200\n")
    assert stale.headers["content-type"] == "text/x.tlog.size"
    assert ask(served, request(FORK, 200, 300)).status_code == 422
    assert ask(served, b"sign this").status_code == 400
    other = request(LOGGED, 200, 300).replace(ORIGIN.encode(), b"other.example")
    assert ask(served, other).status_code == 404
    assert ask(served, request(LOGGED, 200, 300)).status_code == 200


def status(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(served.url + "/status", trust_env=False).json()
    return found


def test_the_commands_from_the_first_key_to_the_second(tmp_path: Path) -> None:
    folder, policy = tmp_path / "signer", tmp_path / "policy.txt"
    first = run("signer", folder, "init", "--origin", ORIGIN).stdout.decode().strip()
    assert parse_vkey(first).name == ORIGIN
    policy.write_text(POLICY.replace(str(LOG.vkey), first), "utf-8")
    said = run("signer", folder, "rotate", "--policy", str(policy)).stdout.decode()
    second = said.split("\n")[0]
    both = parse_policy((tmp_path / "policy.next.txt").read_bytes())
    assert [str(log.vkey) for log in both.logs] == [first, second]
    assert run("signer", folder, "vkeys").stdout.decode() == f"{first}\n{second}\n"
    assert first in run("signer", folder, "retire").stdout.decode()
    assert run("signer", folder, "vkeys").stdout.decode() == f"{second}\n"


def test_mistakes_are_explained(tmp_path: Path) -> None:
    folder = tmp_path / "signer"

    def said(*arguments: str) -> str:
        done = run("signer", folder, *arguments)
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr
        return done.stderr.decode()

    assert "没有找到" in said("vkeys")
    assert "格式错误" in said("init", "--origin", "a log")
    run("signer", folder, "init", "--origin", ORIGIN)
    assert "不覆盖" in said("init", "--origin", ORIGIN)
    assert "16 个字符" in said("serve")
    assert "不能停用" in said("retire")
    (tmp_path / "policy.txt").write_text(POLICY, "utf-8")
    assert "没有现用的日志公钥" in said("rotate", "--policy", str(tmp_path / "policy.txt"))
    (tmp_path / "note").write_bytes(LOGGED.note(200, WITNESS).encode())
    adopting = ("adopt", str(tmp_path / "note"), "--policy", str(tmp_path / "policy.txt"))
    assert "签名无效" in said(*adopting), "signed by a key that is not ours"
    (folder / "latest.sqlite3").unlink()
    (folder / "key-1").chmod(0o444)
    assert "权限过宽" in said("vkeys")
