"""What a witness is told from outside: environment variables GONGKAI_WITNESS_…"""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class WitnessSettings(BaseSettings):
    """One process's settings, read once in `__main__`."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_WITNESS_", extra="ignore")

    data: Path  # key, memory, logs.txt, evidence
    host: str = "127.0.0.1"
    port: int = 8312
