"""Bad input: each with a clear Chinese text that names the field, and nothing lost or half done."""

from __future__ import annotations

import asyncio
import errno
import os

import pytest

from services.catalog.policy.files import policy_set
from tests.catalog.conftest import World
from tests.catalog.story import ITEM, SFJ, form

PUT = f"/items/{ITEM}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "NOWHERE@gov-art20"}, "category"),
        ({"durationClass": "FOREVER"}, "durationClass"),
        ({"attribute": "WITHHELD", "ground": "C4"}, "groundReason"),
        ({"attribute": "WITHHELD", "groundReason": "涉及个人隐私"}, "ground"),
        ({"attribute": "ON_REQUEST"}, "groundReason"),
        ({"formedOn": "2999-01-01"}, "formedOn"),
        ({"body": "字" * 1_000_001}, "body"),
        ({"disclosingBody": "o-mzj-office"}, "disclosingBody"),
        ({"rings": [{"scope": "PUBLIC", "channels": []}]}, "rings"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(world: World, changes, field):
    problem = await world.refused(422, "p-chen", "PUT", PUT, json=form(**changes))
    assert problem["field"] == field
    await world.refused(404, "p-chen", "GET", PUT)
    assert not await world.run.sql("SELECT 1 FROM manifests")


async def test_an_audience_that_nobody_registered_is_named(world: World):
    rings = [
        {"scope": "WITHIN_ORG", "audience": ["o-branch-1", "p-ghost"], "channels": ["INTRANET"]}
    ]
    problem = await world.refused(422, "p-chen", "PUT", PUT, json=form(rings=rings))
    assert (problem["field"], "p-ghost" in problem["detail"]) == ("rings", True)
    assert "o-branch-1" not in problem["detail"]


async def test_specific_persons_never_reach_the_website(world: World):
    rings = [{"scope": "SPECIFIC_PERSONS", "audience": ["p-zhou"], "channels": ["WEBSITE"]}]
    problem = await world.refused(422, "p-chen", "PUT", PUT, json=form(rings=rings))
    assert problem["field"] == "rings"
    assert "对特定" in problem["detail"]


async def test_a_submission_names_every_missing_field_and_keeps_the_draft(world: World):
    await world.draft(title="", legalBasis="", rings=[], formedOn=None)
    problem = await world.refused(422, "p-chen", "POST", f"{PUT}/submit", json={})
    assert problem["missing"] == ["title", "rings", "legalBasis", "formedOn"]
    assert problem["field"] == "title"
    assert (await world.item())["status"] == "DRAFT"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"agency": ""}, "「机构」"),
        ({"title": "字" * 201}, "「标题」内容过长，最多 200 个字"),
        ({"formedOn": "2026-13-40"}, "「成文日期」日期不对"),
        ({"attribute": "SOMETIMES"}, "「公开属性」不在可选范围内"),
        ({"duty": {"deadline": "soon"}}, "「完成时限」日期不对"),
        ({"files": [{"name": "x.pdf"}]}, "附件"),
    ],
)
async def test_a_malformed_field_is_named_in_chinese(world: World, changes, text):
    typed = form(**changes)
    if changes.get("agency") == "":
        del typed["agency"]
    problem = await world.refused(422, "p-chen", "PUT", PUT, json=typed)
    assert text in problem["detail"] or text == "附件"
    assert not any(word in problem["detail"] for word in ("should", "valid", "Input"))


async def test_submitting_twice_says_so(world: World):
    await world.draft()
    await world.submit()
    problem = await world.refused(409, "p-chen", "POST", f"{PUT}/submit", json={})
    assert "已经送审" in problem["detail"]


async def test_of_two_submissions_at_once_one_counts(world: World):
    await world.draft()
    path = f"{PUT}/submit"
    answers = await asyncio.gather(
        *(world.ask("p-chen", "POST", path, json={"expected": 1}) for _ in range(3))
    )
    assert sorted(a.status_code for a in answers)[0] == 204
    assert (await world.types()).count("item-submitted") == 1


async def test_somebody_without_the_role_or_not_the_drafter_is_refused(world: World):
    await world.refused(403, "p-zhou", "PUT", PUT, json=form())
    await world.draft()
    await world.refused(403, "p-liu", "POST", f"{PUT}/submit", json={})
    await world.refused(403, "p-liu", "PUT", f"{PUT}?expected=1", json=form())


async def test_when_the_drafter_has_left_a_colleague_goes_on(world: World):
    await world.draft()
    gone = {"agencyId": SFJ, "organId": "o-sfj-office", "position": "科员", "roles": ["DRAFTER"],
            "since": "2024-01-01", "until": "2024-12-31"}  # fmt: skip
    await world.ok("p-admin", "POST", "/people/p-chen/appointments", json=gone)
    await world.ok("p-liu", "PUT", f"{PUT}?expected=1", json=form(title="接办"))
    await world.submit(who="p-liu")
    assert (await world.item(who="p-liu"))["drafter"] == "p-liu"


async def test_script_in_html_is_removed_and_plain_text_is_escaped(world: World):
    wild = (
        '<p onclick="steal()">正文</p><script>steal()</script><img src=x onerror=steal()>'
        '<a href="javascript:steal()">链接</a><iframe src="//x"></iframe><style>p{}</style>'
    )
    await world.draft(body=wild)
    body = (await world.item())["body"]
    assert "<p>正文</p>" in body
    for bad in ("steal", "script", "img", "iframe", "style", "onclick"):
        assert bad not in body
    await world.ok("p-chen", "PUT", f"{PUT}?expected=1", json=form(body="甲 & 乙"))
    assert (await world.item())["body"] == "<p>甲 &amp; 乙</p>"


async def test_ten_megabytes_of_text_are_refused_with_advice(world: World):
    problem = await world.refused(422, "p-chen", "PUT", PUT, json=form(body="a" * 10_000_000))
    assert "附件" in problem["detail"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("空.pdf", b""),
        ("程序.exe", b"MZ\x90"),
        ("改名.pdf", b"MZ\x90\x00"),
        ("表.xlsm", b"PK"),
        ("文.docx", b"PK..word/vbaProject.bin.."),
    ],
)
async def test_empty_runnable_and_macro_attachments_are_refused(world: World, name, data):
    files = {"file": (name, data)}
    problem = await world.refused(422, "p-chen", "POST", f"/files?agency={SFJ}", files=files)
    assert problem["field"] == "files"


async def test_a_full_disk_keeps_nothing_half_written(world: World, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    files = {"file": ("名册.pdf", b"%PDF-")}
    problem = await world.refused(507, "p-chen", "POST", f"/files?agency={SFJ}", files=files)
    assert "存储空间不足" in problem["detail"]
    assert not await world.run.sql("SELECT 1 FROM uploads")
    blobs = world.run.settings.data / "blobs"
    assert not [path for path in blobs.rglob("*") if path.is_file()]


async def test_an_unknown_shipped_rule_set_is_refused(world: World):
    body = {"effectiveFrom": "2026-01-01", "overlay": "bureau-of-nowhere"}
    problem = await world.refused(422, "p-admin", "PUT", f"/policies/{SFJ}/1", json=body)
    assert problem["field"] == "overlay"


async def test_a_rule_looser_than_the_law_needs_a_special_basis(world: World):
    limit = {
        "startEvents": ["FORMED"],
        "term": {"n": 40, "unit": "WORKING_DAY"},
        "rule": {"id": "OWN", "title": "局公开方案", "article": "第五条"},
    }
    policy = policy_set() | {"limits": [limit]}
    body = {"effectiveFrom": "2026-01-01", "policy": policy}
    problem = await world.refused(422, "p-admin", "PUT", f"/policies/{SFJ}/1", json=body)
    assert problem["field"] == "limits.0.term"
