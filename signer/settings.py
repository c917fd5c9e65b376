"""What the signer is told from outside: environment variables GONGKAI_SIGNER_…"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SignerSettings(BaseSettings):
    """One process's settings, read once in `__main__`."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_SIGNER_", extra="ignore")

    data: Path  # keys and memory
    host: str = "127.0.0.1"
    port: int = 8311
    secret: SecretStr = SecretStr("")  # shared with the audit service; needed to serve
