"""Verification as an inspector asks for it: the button, a saved root, a service that is away."""

import orjson

from services.audit.verification import run_one
from tests.audit.story import story, told
from tests.kernel import Running


async def test_the_verify_button_ends_in_a_report(audit: Running) -> None:
    await told(audit, story())
    inspector = audit.browser("p-inspector")
    answer = await inspector.post("/audit/verifications", data={}, files={"root": ("", b"")})
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert "正在核验" in (await inspector.get(where)).text
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    page = await inspector.get(where)
    assert "一致：9 条记录全部重新计算" in page.text
    assert "上次核验" in (await inspector.get("/audit/")).text


async def test_a_saved_root_is_downloaded_and_compared_with(audit: Running) -> None:
    await told(audit, story())
    inspector = audit.browser("p-inspector")
    assert (await inspector.post("/audit/roots")).status_code == 303
    file = (await inspector.get("/audit/roots/9")).content
    forged = file.replace(orjson.loads(file)["root"][:4].encode(), b"dead")
    answer = await inspector.post("/audit/verifications", files={"root": ("r.json", forged)})
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    page = await inspector.get(answer.headers["location"])
    assert "前 9 条的根与事先保存的不同" in page.text
    bad = await inspector.post("/audit/verifications", files={"root": ("r.json", b"{}")})
    assert (bad.status_code, "不是本平台保存的根" in bad.text) == (422, True)


async def test_a_verification_that_cannot_reach_the_services_is_unsound(audit: Running) -> None:
    await told(audit, story())
    api = audit.as_("p-inspector")
    id = (await api.post("/audit/api/v1/verifications", json={"facts": True})).json()["id"]
    [row] = await audit.sql("SELECT * FROM verifications")
    await run_one(audit.runtime, row)
    report = (await api.get(f"/audit/api/v1/verifications/{id}")).json()["report"]
    assert not report["sound"]
    assert "「信息目录」没有应答，无法比对其事实" in report["differences"]
