"""What the signer does: sign a checkpoint that extends the last one it signed, and remember it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from shared.latest import Latest
from signer.keyring import MEMORY, NotNow, keys
from tlog.answers import UnknownLog
from tlog.checkpoint import Checkpoint, checkpoint_of, parse_checkpoint
from tlog.note import SigningKey, opened, parse_note, sign
from tlog.policy import NONE, Policy, judge
from tlog.submission import Inconsistent, Stale, parse_submission

log = structlog.get_logger()


@dataclass
class Signer:
    """One log's keys and memory."""

    folder: Path
    memory: Latest

    @property
    def keys(self) -> Sequence[SigningKey]:
        """Read each time, so that a rotation needs no restart."""
        return keys(self.folder)

    @property
    def origin(self) -> str:
        return self.keys[0].name

    def sign(self, data: bytes) -> str:
        """The signature lines for an unsigned submission. Raises one of tlog.answers.REFUSALS."""
        submission = parse_submission(data, signed=False)
        new, keys = submission.checkpoint, self.keys
        if new.origin != keys[0].name:
            raise UnknownLog(f"this is the signer of {keys[0].name}")
        try:
            submission.check(self.latest())
        except Inconsistent:
            log.error("asked to sign a rewritten tree", size=new.size, root=new.root.hex())
            raise
        text = new.text
        signatures = [sign(key, text) for key in keys]
        if not self.memory.advance(new.origin, submission.old, new.size, text.encode()):
            raise Stale(self.size())
        return "".join(one.line for one in signatures)

    def latest(self) -> Checkpoint | None:
        """The last checkpoint signed."""
        text = self.memory.get(self.origin)
        return parse_checkpoint(text.decode()) if text else None

    def size(self) -> int:
        latest = self.latest()
        return latest.size if latest else 0


def open_signer(folder: Path) -> Signer:
    """Raises Exposed, Malformed, and FileNotFoundError without key or memory: it would sign anything."""
    keys(folder)
    return Signer(folder, Latest(folder / MEMORY))


def adopt(folder: Path, data: bytes, policy: Policy) -> Checkpoint:
    """Bring a lost or outdated memory up to a note with a quorum. Raises NotNow, Malformed, Unsigned.

    The largest note that anybody can find has to be given: what came after it could be signed differently.
    """
    note = parse_note(data)
    opened(note, [key.vkey for key in keys(folder)])
    if policy.quorum == NONE or not judge(policy, note).quorum:
        raise NotNow("该存档点没有达到见证法定数，不能据以恢复")
    checkpoint, path = checkpoint_of(note), folder / MEMORY
    signer = Signer(folder, Latest(path) if path.exists() else Latest.create(path))
    old, text = signer.size(), checkpoint.text.encode()
    if checkpoint.size <= old or not signer.memory.advance(
        checkpoint.origin, old, checkpoint.size, text
    ):
        raise NotNow(f"签名器记得更新的存档点（前 {old} 条），无须恢复")
    return checkpoint
