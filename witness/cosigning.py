"""What a witness does: look at what a log sends, compare it with what it has seen, remember, cosign."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

from shared.latest import Latest
from shared.secretfile import read_secret, write_secret
from tlog.answers import UnknownLog
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.cosignature import cosign
from tlog.note import (
    COSIGNATURE,
    Note,
    Signature,
    SigningKey,
    Unsigned,
    Vkey,
    opened,
    parse_note,
    parse_signing_key,
    parse_vkey,
)
from tlog.policy import parse_policy
from tlog.submission import Inconsistent, Stale, parse_submission
from tlog.text import Malformed

KEY = "key"
MEMORY = "latest.sqlite3"
LOGS = "logs.txt"
EVIDENCE = "evidence"
MOST_EVIDENCE = 1_000  # files
HEAD = "# 本见证方监督的日志，每行一个：log <公钥>。公钥须从该日志的运行单位当面或以其他可靠方式取得。\n"
log = structlog.get_logger()


class WrongLogs(Exception):
    """The witness's own list of logs cannot be read: its operator has to correct it."""


def now() -> int:
    return int(time.time())


@dataclass
class Witness:
    """A key, the logs it was told of, and the last checkpoint of each that it cosigned."""

    folder: Path
    key: SigningKey
    memory: Latest
    clock: Callable[[], int] = now

    def add(self, data: bytes) -> str:
        """The cosignature line for a submission. Raises one of tlog.answers.REFUSALS.

        The check-and-set is the last step before signing is made known: whoever overtakes a slow request
        makes it stale.
        """
        submission = parse_submission(data)
        new = submission.checkpoint
        trusted = [key for key in self.logs() if key.name == new.origin]
        if not trusted:
            raise UnknownLog(f"the log {new.origin} is not known here")
        signers = opened(submission.note, trusted)
        try:
            submission.check(self.latest(new.origin))
        except Inconsistent:
            self._keep_evidence(data)
            raise
        line = cosign(self.key, submission.note.text, self.clock())
        made = Note(submission.note.text, (*_by(signers, submission.note), line))
        if not self.memory.advance(new.origin, submission.old, new.size, made.encode()):
            raise Stale(self._size(new.origin))
        return line.line

    def latest(self, origin: str) -> Checkpoint | None:
        """The largest checkpoint of a log that it has cosigned."""
        note = self.memory.get(origin)
        return checkpoint_of(parse_note(note)) if note else None

    def note_of(self, place: str) -> bytes:
        """The same with its signatures, by the SHA-256 of the origin. Raises UnknownLog."""
        for origin in {key.name for key in self.logs()}:
            note = self.memory.get(origin)
            if note and sha256(origin.encode()).hexdigest() == place:
                return note
        raise UnknownLog("nothing of such a log was cosigned here")

    def logs(self) -> list[Vkey]:
        """Read at each request, so that a key is added without a restart. Raises WrongLogs."""
        rows = (self.folder / LOGS).read_text("utf-8").split("\n")
        lines = [row.split() for row in rows if row.strip() and not row.lstrip().startswith("#")]
        if any(len(words) < 2 or words[0] != "log" for words in lines):
            raise WrongLogs(f"{LOGS} 中有的行不是「log <公钥>」")
        try:
            return [parse_vkey(words[1]) for words in lines]
        except Malformed as error:
            raise WrongLogs(f"{LOGS} 中有的公钥不正确") from error

    def _size(self, origin: str) -> int:
        latest = self.latest(origin)
        return latest.size if latest else 0

    def _keep_evidence(self, data: bytes) -> None:
        """A tree that contradicts the one seen before, signed by the log: proof that it was rewritten."""
        folder = self.folder / EVIDENCE
        folder.mkdir(exist_ok=True)
        path = folder / f"{sha256(data).hexdigest()[:16]}.txt"
        if not path.exists() and len(list(folder.iterdir())) < MOST_EVIDENCE:
            path.write_bytes(data)
        log.error("a log contradicts itself", evidence=str(path))


def _by(signers: tuple[Vkey, ...], note: Note) -> tuple[Signature, ...]:
    return tuple(one for one in note.signatures if any(one.claims(key) for key in signers))


def create(folder: Path, name: str, seed: bytes) -> Vkey:
    """A new witness; its name is a scheme-less address. Raises FileExistsError, Malformed.

    The key comes last: it is never without memory and list of logs, however this ends.
    """
    key = SigningKey(name, COSIGNATURE, seed)
    parse_signing_key(key.secret_text())
    folder.mkdir(0o700, parents=True, exist_ok=True)
    if not (folder / MEMORY).exists():
        Latest.create(folder / MEMORY).close()
    if not (folder / LOGS).exists():
        (folder / LOGS).write_text(HEAD, "utf-8")
    write_secret(folder / KEY, key.secret_text())
    return key.vkey


def trust(witness: Witness, data: bytes) -> list[Vkey]:
    """Take over the log keys of a policy that a key known here and every new key have signed.

    This is how a log's key is rotated. Raises Malformed, Unsigned; returns the new keys.
    """
    note, known = parse_note(data), witness.logs()
    names = {key.name for key in opened(note, known)}
    logs = [one.vkey for one in parse_policy(note.text.encode()).logs]
    new = [key for key in logs if key.name in names and key not in known]
    if any(key not in opened(note, new) for key in new):
        raise Unsigned("a new key has not signed the policy")
    with (witness.folder / LOGS).open("a", encoding="utf-8") as file:
        file.writelines(f"\nlog {key}\n" for key in new)
    return new


def open_witness(folder: Path, clock: Callable[[], int] = now) -> Witness:
    """Raises Exposed, Malformed, WrongLogs, FileNotFoundError."""
    key = parse_signing_key(read_secret(folder / KEY))
    witness = Witness(folder, key, Latest(folder / MEMORY), clock)
    witness.logs()
    return witness
