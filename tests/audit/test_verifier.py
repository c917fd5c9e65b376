"""Anybody takes the offline verifier away, byte for byte, to use it elsewhere."""

from pathlib import Path

import pytest

from tests.kernel import Running

FILES = {name: Path("verify", name).read_bytes() for name in ("gongkai_verify.py", "verify.html")}


@pytest.mark.parametrize("name", FILES)
async def test_the_verifier_is_saved_without_a_login(audit: Running, name: str) -> None:
    answer = await audit.browser().get(f"/audit/log/{name}")
    assert answer.status_code == 200
    assert answer.content == FILES[name]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
