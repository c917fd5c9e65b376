"""`python -m services.audit verify | save-root`: the exit code is the answer."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.audit.attacks.rewriting import rewritten
from tests.audit.conftest import SECRET, Store
from tests.audit.test_fsck import RECORDS
from tests.audit.test_log import append


async def audit(store: Store, folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output."""
    away = {f"GONGKAI_{s.upper()}_URL": "http://127.0.0.1:9" for s in ("catalog", "approval")}
    environment = os.environ | away | {
        "GONGKAI_APP_DSN": store.app, "GONGKAI_WORKER_DSN": store.worker, "GONGKAI_KAFKA": "",
        "GONGKAI_DATA": str(folder), "GONGKAI_PUBLIC_URL": "http://gongkai.test",
        "GONGKAI_JWKS": str(folder / "jwks.json"), "GONGKAI_TEXT_KEY": SECRET.hex(),
        "GONGKAI_TOKEN_URL": "http://127.0.0.1:9/signin/token", "no_proxy": "*",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.audit", *arguments, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.slow
async def test_the_exit_code_tells_whether_the_ledger_is_sound(
    store: Store, tmp_path: Path
) -> None:
    code, said = await audit(store, tmp_path, "verify")
    assert (code, "没有任何记录" in said) == (1, True)
    assert (await audit(store, tmp_path, "save-root", str(tmp_path / "r.json")))[0] == 1

    await append(store, RECORDS)
    code, said = await audit(store, tmp_path, "save-root", str(tmp_path / "r.json"))
    assert (code, "已保存前 400 条的根" in said) == (0, True)
    code, said = await audit(store, tmp_path, "verify", "--root", str(tmp_path / "r.json"))
    assert (code, said.splitlines()[-1]) == (0, "结论：一致，未发现改动")

    code, said = await audit(store, tmp_path, "verify", "--facts")
    assert (code, "「信息目录」没有应答，无法比对其事实" in said) == (1, True)

    await rewritten(store, RECORDS[:399])
    assert (await audit(store, tmp_path, "verify"))[0] == 0
    code, said = await audit(store, tmp_path, "verify", "--root", str(tmp_path / "r.json"))
    assert (code, "台账现仅有 399 条" in said) == (1, True)

    (tmp_path / "r.json").write_text("{}")
    assert (await audit(store, tmp_path, "verify", "--root", str(tmp_path / "r.json")))[0] == 2
