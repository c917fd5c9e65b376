"""What a service is told from outside: environment variables with the prefix GONGKAI_."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One process's settings, built once in `__main__`. No secret has a default or is ever printed.

    Each is explained in docs/kernel.md.
    """

    model_config = SettingsConfigDict(
        env_prefix="GONGKAI_", extra="ignore", hide_input_in_errors=True
    )

    owner_dsn: str = Field("", repr=False)  # for migrations only
    app_dsn: str = Field(repr=False)  # requests, under row-level security
    worker_dsn: str = Field(repr=False)  # relay, consumers, timers, rebuild
    kafka: str  # bootstrap servers
    kafka_prefix: str = ""  # before every topic and group
    port: int = 0
    data: Path  # files: blobs/<service>, portal
    blobs: str = ""  # s3://bucket/prefix: files of all services go there instead
    s3_endpoint: str = ""  # URL of an S3-compatible store; empty: Amazon's
    s3_region: str = "us-east-1"
    s3_key: str = ""
    s3_secret: SecretStr = SecretStr("")
    static: Path = Path("static")  # browser assets of others, for the edge
    public_url: str  # the one origin, without trailing slash
    jwks: str  # file or URL with the issuer's public keys
    token_url: str = ""  # where the service gets its own token
    client_secret: SecretStr = SecretStr("")
    text_key: SecretStr  # hex; keys the addresses of texts
    first_administrator: str = ""  # id of the person who may set up an empty platform
    catalog_url: str = ""
    approval_url: str = ""
    publisher_url: str = ""
    feedback_url: str = ""
    audit_url: str = ""
    wechat_url: str = ""  # of the official account's API; without it nothing goes to WeChat
    wechat_app_id: str = ""
    wechat_secret: SecretStr = SecretStr("")
    app_pool: int = 10
    worker_pool: int = 6
    watermark_seconds: float = 60.0

    @field_validator("text_key")
    @classmethod
    def long_enough(cls, key: SecretStr) -> SecretStr:
        """Without a key anybody could test whether a name is in a fact."""
        if len(bytes.fromhex(key.get_secret_value())) < 16:
            raise ValueError("32 hex digits at least")
        return key

    def url_of(self, service: str) -> str:
        """Internal base URL of another service."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")
