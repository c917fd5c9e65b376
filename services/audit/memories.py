"""Roots that others remember: what only they can say when a whole ledger was rewritten with its own key."""

from __future__ import annotations

from pathlib import Path

from services.audit.leader import files, policy_of
from services.audit.publishing.export import Export
from services.audit.publishing.outside import Outside, Refused, client
from services.audit.regrow import Remembered
from services.audit.settings import AuditSettings
from shared.db import Db
from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.note import Unsigned, opened, parse_note
from tlog.policy import Policy
from tlog.text import Malformed

PUBLISHED = "已发布"
BEFORE = "SELECT size, note FROM ledger_note ORDER BY size, at"


async def outside(settings: AuditSettings, data: Path) -> tuple[list[Remembered], list[str]]:
    """Of the witnesses, the signer, the exported files; and who was not heard, in words."""
    policy = policy_of(settings)
    if policy is None:
        return [], ["没有配置签名器与见证方，未与平台之外的存档点比对"]
    kept, silent = [], []
    async with client() as http:
        party = Outside(policy, http, settings.signer_url)
        seen = await party.remembered()
        kept += [_kept(checkpoint_of(n), f"见证方「{w}」所见证") for w, n in seen.items()]
        silent += [f"见证方「{w}」没有应答，未与它比对" for w in policy.witnesses if w not in seen]
        try:
            if signed := await party.signer_remembers():
                kept.append(_kept(signed, "签名器所记"))
        except Refused:
            silent.append("签名器没有应答，未与它比对")
        if note := Export(files(data)[0]).checkpoint():
            kept.append(_kept(checkpoint_of(party.own(note)), "已导出"))
    return kept, silent


async def published(db: Db, policy: Policy | None) -> tuple[list[Remembered], list[str]]:
    """Every note ever released; and those that our own key did not sign, in words."""
    kept: list[Remembered] = []
    wrong: list[str] = []
    async for row in db.cursor(BEFORE):
        try:
            note = parse_note(row["note"])
            tree = checkpoint_of(note)
            if policy:
                opened(note, policy.log_keys(tree.origin))
            if tree.size != row["size"]:
                raise Malformed("another size")
        except (Malformed, Unsigned) as error:
            wrong.append(f"前 {row['size']} 条处发布过的存档点被改动或不是本台账签发的（{error}）")
            continue
        if not kept or (kept[-1].size, kept[-1].root) != (tree.size, tree.root):
            kept.append(_kept(tree, PUBLISHED))
    return kept, wrong


def remembered(note: bytes) -> tuple[int, str]:
    """Size and root (hex) of a note somebody saved. Raises Malformed."""
    tree = checkpoint_of(parse_note(note))
    return tree.size, tree.root.hex()


def _kept(tree: Checkpoint, source: str) -> Remembered:
    return Remembered(tree.size, tree.root, source)
