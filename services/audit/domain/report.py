"""What a verification found, in words for inspectors. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shared.events import Json

LISTED = 200  # differences written out; the rest is counted


@dataclass
class Report:
    """Outcome of one verification (核验). Sound only if something was checked and nothing differed."""

    size: int = 0
    root: str = ""
    checked: int = 0
    facts: dict[str, int] = field(default_factory=dict)
    saved: list[int] = field(default_factory=list)
    remembered: int = 0  # roots kept somewhere that were compared with
    differences: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unlisted: int = 0

    def differs(self, text: str) -> None:
        if len(self.differences) < LISTED:
            self.differences.append(text)
        else:
            self.unlisted += 1

    @property
    def sound(self) -> bool:
        return self.checked > 0 and not self.differences

    def finish(self) -> Report:
        """An empty ledger proves nothing."""
        if self.checked == 0:
            self.differs("台账中没有任何记录，无可核验")
        return self

    def lines(self, at: datetime) -> list[str]:
        """The report as text."""
        found = len(self.differences) + self.unlisted
        lines = [
            f"核验时间：{at.astimezone():%Y-%m-%d %H:%M:%S}",
            f"台账记录：{self.size} 条，已逐条重新计算 {self.checked} 条",
            f"根校验值：{self.root}",
            *(f"与事先保存的根比对：第 {size} 条处" for size in self.saved),
            f"与各处记得的存档点比对：{self.remembered} 处",
            *(
                f"与「{service}」的事实逐条比对：{count} 条"
                for service, count in self.facts.items()
            ),
            *(f"提示：{text}" for text in self.notices),
            *(f"差异：{text}" for text in self.differences),
        ]
        if self.unlisted:
            lines.append(f"……另有 {self.unlisted} 处差异未列出")
        lines.append("结论：一致，未发现改动" if self.sound else f"结论：不一致，共 {found} 处")
        return lines

    def wire(self) -> Json:
        """For storage and the API."""
        return {
            "sound": self.sound, "size": self.size, "root": self.root, "checked": self.checked,
            "facts": self.facts, "saved": self.saved, "remembered": self.remembered,
            "differences": self.differences,
            "unlisted": self.unlisted, "notices": self.notices,
        }  # fmt: skip
