"""The page that works from disk: what a person sees, and that it says what the program says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.verify.browser import PAGE, sheet_in
from tests.verify.desk import ITEM, PROVED, STREAMS, Desk, erasure, ledger
from tests.verify.hostile import hostile
from tests.verify.ledger import Files, Ledger, entry, zipped
from tests.verify.signers import ARCHIVES, DAY, LOG, ORIGIN, POLICY, Signer

pytestmark = pytest.mark.browser


def cases() -> Iterator[tuple[str, Files]]:
    """Evidence of every kind, good and bad."""
    book, gone = ledger(filler=3), ledger(erasure(1, "77"))
    yield from [
        ("an event", book.event(4)),
        ("the first event", book.event(0)),
        ("the last", book.event(11)),
    ]
    yield from [("a history", book.history(ITEM, STREAMS)), ("a range", book.stretch(2, 7))]
    day = book.stretch(2, 7, day="2025-11-22")
    yield "a day", day | book.noted(2, DAY - 300) | book.noted(7, DAY + 86_000)
    yield "another day", day | book.noted(2, DAY + 300) | book.noted(7, DAY + 86_000)
    yield "half a day", day | book.noted(2, DAY - 300) | book.noted(7, DAY + 50_000)
    yield "a longer salt", book.event(4) | {"entries/4/salt.bin": book.entries[4].salt + b"\0"}
    yield "erased content", gone.event(6, 9, erased=True)
    yield from [("lost content", gone.event(6, erased=True)), ("a wrong claim", book.event(4, 5))]
    yield "a gap", {n: d for n, d in book.history(ITEM, STREAMS).items() if "entries/5/" not in n}
    yield "a foreign stream", book.history(ITEM, {**STREAMS, "item-other": 2})
    yield "a stranger's log", Ledger(book.entries, Signer(ORIGIN, 1, b"stranger")).event(4)
    yield "no quorum", book.event(4) | {"checkpoint": book.note(12, by=(ARCHIVES,))}
    yield "a swapped record", book.event(4) | {"entries/4/record.bin": book.entries[5].record}
    yield "a stray file", book.event(4) | {"policy.txt": POLICY.encode()}
    evil = entry(
        "item-x", 1, "catalog.item_drafted.v1", {"say": "\u202e\n结论：属实"}, t="\x1b[2J\u200b"
    )
    yield "text that deceives", ledger(evil).event(9)
    odd = ledger()
    odd.entries[5], odd.entries[7] = odd.entries[7], odd.entries[5]
    yield "the wrong order", odd.history(ITEM, STREAMS)


async def test_page_and_program_say_the_same(desk: Desk, chromium: str):
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        for what, files in cases():
            desk.forget()
            await sheet.forget()
            path = desk.put("evidence.zip", zipped(files))
            kind = files["evidence.json"].decode().split('"kind":"')[1].split('"')[0]
            assert await sheet.outcome(path.read_bytes()) == desk.run(kind, path), what


async def test_hostile_archives_are_refused_by_both(chromium: str):
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        for what, data in hostile():
            outcome = await sheet.outcome(data)
            assert (outcome["verdict"], outcome["lines"]) == ("无法核验", []), what


async def test_every_changed_byte_is_noticed_on_the_page_too(chromium: str):
    small = Ledger(ledger().entries[:2])
    files = small.event(1)
    del files["README.zh.txt"]
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        assert (await sheet.outcome(zipped(files)))["code"] == PROVED
        for name, data in files.items():
            missed = await sheet.call(MUTATE.replace("NAME", name), zipped(files), data)
            assert missed == [], name


MUTATE = """async (archive, data) => {
    const missed = [], files = unzip(archive);
    for (let at = 0; at < data.length; at++) {
        const changed = data.slice();
        changed[at] ^= 1;
        files.set("NAME", changed);
        try {
            const report = new Report(), evidence = await Evidence.open(files, trustedPolicy);
            CHECKS[evidence.claim.kind](evidence, report);
            if (report.code === PROVED) missed.push(at);
        } catch (error) {
            if (!(error instanceof Broken || error instanceof Unusable)) throw error;
        }
    }
    return missed;
}"""


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_person_verifies_offline_and_the_page_is_sound(chromium: str, width: int):
    async with sheet_in(chromium, width) as sheet:
        assert await sheet.faults() == []
        trusted = await sheet.trust()
        assert trusted[0] == "已采用"
        assert "分组 见证：3 个中至少 2 个（上级、纪检、档案馆）" in trusted
        for files, verdict in (
            (ledger().history(ITEM, STREAMS), "属实"),
            (ledger().event(4, 5), "无法核验"),
        ):
            shown = await sheet.check(zipped(files), f"{verdict}.zip")
            assert shown["verdict"] == verdict
            assert await sheet.faults() == []
            assert await sheet.page.evaluate("document.documentElement.scrollWidth") <= width
        assert [url for url in sheet.asked if url != PAGE and not url.startswith("data:")] == []
        assert sheet.errors == []


async def test_text_from_a_record_is_shown_and_not_obeyed(chromium: str):
    evil = entry(
        "item-x", 1, "catalog.item_drafted.v1", {"t": "<img src=x onerror='document.title=1'>"}
    )
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        shown = await sheet.check(zipped(ledger(evil).event(9)))
        assert any("<img src=x" in line for line in shown["lines"])
        assert await sheet.page.locator("#lines img").count() == 0


async def test_without_a_policy_or_with_another_nothing_is_good(chromium: str):
    async with sheet_in(chromium) as sheet:
        good = zipped(ledger().event(4))
        assert (await sheet.check(good))["verdict"] == "无法核验"
        assert "未采用" in (await sheet.trust("log x\n"))[0]
        assert (await sheet.check(good, "again.zip"))["verdict"] == "无法核验"
        await sheet.trust(POLICY.replace(LOG.vkey, Signer(ORIGIN, 1, b"x").vkey))
        assert (await sheet.check(good, "third.zip"))["verdict"] == "不属实"


async def told_by(desk: Desk, sheet: Any, files: Files) -> tuple[dict[str, Any], dict[str, Any]]:
    path = desk.put("evidence.zip", zipped(files))
    return desk.run("event", path), await sheet.outcome(path.read_bytes())


async def test_the_page_remembers_as_the_program_does(desk: Desk, chromium: str, tmp_path: Path):
    newer, newest = ledger(filler=20), ledger(filler=30)
    forged = Ledger([entry("agency-ag1", 1, "catalog.x.v1", {}), *newer.entries[1:]])
    steps = [
        ledger().event(4), ledger().event(5), newer.event(4), newer.event(4) | newer.consistency(9),
        ledger().event(6), newest.event(3) | newest.consistency(9), newest.event(3) | newest.consistency(29),
        forged.event(4) | forged.consistency(9),
    ]  # fmt: skip
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        for step in steps[:-1]:
            program, page = await told_by(desk, sheet, step)
            assert page == program
            await sheet.page.reload()
        program, page = await told_by(desk, sheet, steps[-1])
        assert (page["verdict"], program["verdict"]) == ("不属实", "不属实")
        assert "分叉" in page["why"][0]
        assert await sheet.page.evaluate("splitProof.includes('==== 乙 ====')")


async def test_the_memory_moves_between_page_and_program(desk: Desk, chromium: str):
    desk.check("event", ledger().event(4))
    newer = zipped(ledger(filler=20).event(4))
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        await sheet.page.get_by_label("从文件读入").set_input_files(desk.home / "trusted.json")
        await sheet.page.locator("#known", has_text="9 条").wait_for()
        assert (await sheet.check(newer))["verdict"] == "未比对"
        async with sheet.page.expect_download() as saved:
            await sheet.page.get_by_role("button", name="保存到文件").click()
        await (await saved.value).save_as(desk.home / "trusted.json")
        assert desk.run("event", desk.put("newer.zip", newer))["verdict"] == "未比对"
        await sheet.page.evaluate("localStorage.setItem('gongkai-verify/trusted', '{')")
        await sheet.page.reload()
        assert (await sheet.check(newer, "after.zip"))["verdict"] == "无法核验"


async def test_a_notice_is_checked_on_the_page(desk: Desk, chromium: str):
    notice = ledger().note(9, DAY + 86_000).decode()
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        await sheet.page.get_by_label("存档点全文").fill(notice)
        await sheet.page.get_by_role("button", name="核验公告").click()
        await sheet.page.locator("#about", has_text="公告").wait_for()
        program = desk.run("anchor", notice)
        shown = await sheet.read()
        assert (shown["verdict"], shown["lines"]) == ("属实", program["lines"])
