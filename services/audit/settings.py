"""What audit is told besides the kernel's settings: environment variables GONGKAI_AUDIT_…"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AuditSettings(BaseSettings):
    """Read once by each task when it starts."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_AUDIT_", extra="ignore")

    linger_seconds: float = 0.02  # a small batch waits this long for more
    omission_seconds: float = 30.0  # a watermark's facts may be this late before it is a finding
    reconcile_seconds: float = 120.0  # how often the board is counted anew
    signer_url: str = ""  # of the signer; without it nothing is published
    signer_secret: SecretStr = SecretStr("")
    publish_seconds: float = 1.0  # between two published notes, at least
    witnesses: Path | None = None  # the policy file: our own key, whose cosignatures, which quorum
    previous: Path | None = None  # the last note of the log before this one
    board_group: str = "gongkai-board"  # consumer group of the Faust worker

    def policy(self) -> bytes:
        """The policy file's bytes."""
        return self.witnesses.read_bytes() if self.witnesses else b""
