"""The signer's folder: its keys, oldest first, and its memory. Two keys sign while one is rotated."""

from __future__ import annotations

import re
from errno import EEXIST, ENOENT
from pathlib import Path

from shared.latest import Latest
from shared.secretfile import read_secret, write_secret
from tlog.note import ED25519, Note, SigningKey, Vkey, parse_signing_key, sign
from tlog.text import Malformed

MEMORY = "latest.sqlite3"
VERSION = re.compile(r"^# version ([0-9]+)$", re.MULTILINE)


class NotNow(Exception):
    """The step does not fit the state of the keys; the text says why, in Chinese."""


def keys(folder: Path) -> list[SigningKey]:
    """All of them, oldest first. Raises Exposed, Malformed, FileNotFoundError without any."""
    found = [parse_signing_key(read_secret(path)) for path in _paths(folder)]
    if not found:
        raise FileNotFoundError(ENOENT, "no key", str(folder / "key-1"))
    if len({key.name for key in found}) > 1:
        raise Malformed("the keys are of several logs")
    return found


def create(folder: Path, origin: str, seed: bytes) -> Vkey:
    """The first key of the log `origin`, and an empty memory. Raises FileExistsError, Malformed.

    The memory comes first: there is never a key without one, however this ends.
    """
    key = SigningKey(origin, ED25519, seed)
    parse_signing_key(key.secret_text())
    folder.mkdir(0o700, parents=True, exist_ok=True)
    if _paths(folder):
        raise FileExistsError(EEXIST, "a key is there", str(folder / "key-1"))
    if not (folder / MEMORY).exists():
        Latest.create(folder / MEMORY).close()
    _add(folder, key)
    return key.vkey


def rotate(folder: Path, seed: bytes, policy: str | None = None) -> tuple[Vkey, Note | None]:
    """Add the next key; from now on both sign. Returns it and the next policy. Raises NotNow."""
    old = keys(folder)
    if len(old) > 1:
        raise NotNow("上一次更换尚未结束：请先停用旧密钥（retire）")
    new = SigningKey(old[0].name, ED25519, seed)
    note = None if policy is None else next_policy(policy, old[0], new)
    _add(folder, new)
    return new.vkey, note


def retire(folder: Path) -> Vkey:
    """Destroy the older of two keys; returns its public half. Raises NotNow."""
    known = keys(folder)
    if len(known) < 2:
        raise NotNow("只有一个密钥，不能停用")
    _paths(folder)[0].unlink()
    return known[0].vkey


def next_policy(text: str, old: SigningKey, new: SigningKey) -> Note:
    """The policy with the new key beside the old one, its version raised, signed by both. Raises NotNow."""
    line = next((row for row in text.split("\n") if row.split()[1:2] == [str(old.vkey)]), None)
    if line is None:
        raise NotNow("信任策略中没有现用的日志公钥")
    numbered = VERSION.search(text)
    version = int(numbered[1]) + 1 if numbered else 2
    body = VERSION.sub("", text).lstrip("\n").replace("\t", " ")
    body = body.replace(line, f"{line}\n{line.replace(str(old.vkey), str(new.vkey))}")
    text = f"# version {version}\n{body}"
    return Note(text).with_lines(sign(old, text), sign(new, text))


def _add(folder: Path, key: SigningKey) -> None:
    paths = _paths(folder)
    number = _number(paths[-1]) + 1 if paths else 1
    write_secret(folder / f"key-{number}", key.secret_text())


def _paths(folder: Path) -> list[Path]:
    return sorted((path for path in folder.glob("key-*") if path.suffix == ""), key=_number)


def _number(path: Path) -> int:
    return int(path.name.removeprefix("key-"))
