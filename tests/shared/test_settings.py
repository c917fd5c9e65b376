"""Settings: read from the environment, explained in the documents, never printed when secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from deploy.embedded.household import Household
from deploy.embedded.programs import Servers, service_environment
from services.audit.settings import AuditSettings
from shared.settings import Settings
from tests.servers import SERVICES

PAGE = (Path(__file__).parents[2] / "docs/kernel.md").read_text("utf-8")
ROW = re.compile(r"^\| `(GONGKAI_\w+)` \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
NEEDED = {
    "GONGKAI_APP_DSN": "postgresql://app:hush-1@h/d", "GONGKAI_WORKER_DSN": "postgresql://w:hush-2@h/d",
    "GONGKAI_KAFKA": "k:9092", "GONGKAI_DATA": "/data", "GONGKAI_PUBLIC_URL": "https://gongkai.test",
    "GONGKAI_JWKS": "/jwks.json", "GONGKAI_TEXT_KEY": "ab" * 32, "GONGKAI_CLIENT_SECRET": "hush-3",
    "GONGKAI_OWNER_DSN": "hush-4", "GONGKAI_S3_SECRET": "hush-5",
    "GONGKAI_SOMETHING_ELSE": "is for others",
}  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.is_required():
        return "required"
    value = field.default
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def test_every_setting_is_explained_with_its_default():
    explained = {name: text.strip("`") for name, _, text in ROW.findall(PAGE)}
    assert explained == {f"GONGKAI_{n.upper()}": default(n) for n in Settings.model_fields}


def test_what_is_told_is_read_and_the_rest_left_alone(told):
    settings = Settings()
    assert (settings.kafka, settings.data) == ("k:9092", Path("/data"))
    assert settings.url_of("catalog") == ""
    told.setenv("GONGKAI_CATALOG_URL", "http://h:1/")
    assert Settings().url_of("catalog") == "http://h:1"


def test_no_secret_and_no_password_is_printed(told):
    settings = Settings()
    assert "hush" not in f"{settings!r} {settings}"
    assert "ab" * 32 not in repr(settings)
    told.delenv("GONGKAI_KAFKA")
    with pytest.raises(ValidationError) as fault:
        Settings()
    assert "kafka" in str(fault.value)
    assert "hush" not in str(fault.value)


@pytest.mark.parametrize("key", ["", "ab", "no hex digits", "ab" * 15])
def test_texts_are_never_addressed_without_a_key(told, key):
    told.setenv("GONGKAI_TEXT_KEY", key)
    with pytest.raises(ValidationError, match="text_key"):
        Settings()


@pytest.mark.parametrize("service", SERVICES)
def test_embedded_mode_tells_services_only_what_they_read(tmp_path, service):
    secrets = dict.fromkeys(["text_key", "database", "signer"], "ab" * 32)
    secrets |= {f"client_{name}": "c" for name in SERVICES}
    names = (*SERVICES, "wechat", "signin", "edge", "kafka", "postgres", "signer", "witness")
    home = Household(tmp_path, secrets, dict.fromkeys(names, 1), "http://127.0.0.1:1")
    known = {f"GONGKAI_{name.upper()}" for name in Settings.model_fields}
    known |= {f"GONGKAI_AUDIT_{name.upper()}" for name in AuditSettings.model_fields}
    told = service_environment(home, Servers("127.0.0.1", 1, "127.0.0.1:2"), service)
    assert {name for name in told if name.startswith("GONGKAI_")} <= known
    required = {n for n, f in Settings.model_fields.items() if f.is_required()}
    assert {f"GONGKAI_{name.upper()}" for name in required} <= told.keys()
