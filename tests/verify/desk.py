"""An inspector's desk: her folder, her policy, and the verifier started as she starts it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.verify.ledger import Entry, Files, Ledger, entry, handle, zipped
from tests.verify.signers import POLICY
from verify import gongkai_verify

PROVED, FALSE, UNUSABLE, UNCOMPARED = 0, 1, 2, 3
TRUSTED = gongkai_verify.Policy(POLICY)
ITEM = "0192f0"
STREAMS = {f"item-{ITEM}": 3, f"approval-{ITEM}": 2, "feedback-77": 1}


@dataclass(frozen=True)
class Desk:
    """`home` is what she keeps; evidence lies in `folder`."""

    folder: Path
    home: Path

    def run(self, *words: str | Path) -> dict[str, Any]:
        options = gongkai_verify.parser().parse_args([*map(str, words), "--home", str(self.home)])
        return gongkai_verify.judged(gongkai_verify.Inspector(options))

    def check(self, kind: str, files: Files, *more: str | Path) -> dict[str, Any]:
        return self.run(kind, self.put("evidence.zip", zipped(files)), *more)

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def forget(self) -> None:
        (self.home / "trusted.json").unlink(missing_ok=True)


def desk_at(folder: Path, policy: str = POLICY) -> Desk:
    home = folder / "home"
    home.mkdir()
    (home / "policy.txt").write_text(policy, "utf-8")
    return Desk(folder, home)


def told(outcome: dict[str, Any]) -> str:
    """Everything the inspector reads."""
    return "\n".join([outcome["verdict"], *outcome["why"], *outcome["lines"]])


def verdict(kind: str, files: Files) -> int:
    """The code for these files alone: neither the ZIP nor the memory is tried."""
    report = gongkai_verify.Report()
    try:
        gongkai_verify.CHECKS[kind](gongkai_verify.Evidence(files, kind, TRUSTED), report)
    except gongkai_verify.Broken:
        return FALSE
    except gongkai_verify.Unusable:
        return UNUSABLE
    return report.code


def story() -> list[Entry]:
    """An item from draft to release, an opinion on it, and things that have nothing to do with it."""
    return [
        entry("agency-ag1", 1, "catalog.agency_registered.v1", {"name": "区政府办"}),
        entry(f"item-{ITEM}", 1, "catalog.item_drafted.v1", {"title": "一号通知"}),
        entry(f"approval-{ITEM}", 1, "approval.case_opened.v1", {"itemId": ITEM}),
        entry("item-other", 1, "catalog.item_drafted.v1", {"title": "别的"}),
        entry(f"approval-{ITEM}", 2, "approval.case_approved.v1", {"itemId": ITEM}),
        entry(f"item-{ITEM}", 2, "catalog.item_approved.v1", {}),
        entry("feedback-77", 1, "feedback.submitted.v1", {"subject": {"type": "ITEM", "id": ITEM}}),
        entry(f"item-{ITEM}", 3, "catalog.item_closed.v1", {}),
        entry("item-other", 2, "catalog.item_approved.v1", {}),
    ]


def erasure(number: int, *subjects: str) -> Entry:
    """The decision to destroy what is kept of these subjects."""
    said = {"handles": [handle(one) for one in subjects], "basis": "《个人信息保护法》第四十七条"}
    return entry(f"erasure-{number}", 1, "audit.erasure.v1", said)


def ledger(*more: Entry, filler: int = 0) -> Ledger:
    """The story, `filler` plain entries, and `more`."""
    plain = [entry("plain-1", 1 + n, "catalog.noted.v1", {"n": n}) for n in range(filler)]
    return Ledger([*story(), *plain, *more])
