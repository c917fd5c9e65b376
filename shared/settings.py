"""What a service is told from outside: environment variables with the prefix GONGKAI_."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One process's settings, built once in `__main__`. No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="ignore")

    owner_dsn: str = ""  # for migrations only
    app_dsn: str  # requests, under row-level security
    worker_dsn: str  # relay, consumers, timers, rebuild
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

    def url_of(self, service: str) -> str:
        """Internal base URL of another service."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")
