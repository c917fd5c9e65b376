"""What everybody may fetch of the log, and what inspectors ask of the API: proofs that prove."""

from base64 import b64decode
from pathlib import Path

import asyncpg
import pytest

from tests.audit.parties import Parties, parties
from tests.audit.published import published, store_of
from tests.audit.records import message
from tests.audit.story import BUREAU, ITEM, story
from tests.kernel import Running
from tlog.checkpoint import checkpoint_of
from tlog.merkle import extends, includes, leaf_hash, root_of
from tlog.note import parse_note
from tlog.policy import judge
from tlog.proof import parse_proof
from tlog.tiles import bundles_of, tiles_of

MORE = [
    message("catalog.item-revised.v1", f"item-{n}", 1, {"itemId": str(n)}, agency=BUREAU, minutes=n)
    for n in range(300)
]


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path)


async def test_the_log_is_public_and_leads_to_its_checkpoint(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, [*story(), *MORE])
    anybody = audit.browser()
    answer = await anybody.get("/audit/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    verdict = judge(known.policy, parse_note(answer.content))
    assert (verdict.checkpoint.size, verdict.quorum) == (310, True)
    leaves = []
    for bundle in bundles_of(310):
        answer = await anybody.get(f"/audit/log/{bundle.path}")
        assert "immutable" in answer.headers["cache-control"]
        leaves += bundle.split(answer.content)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert root_of(hashes) == verdict.checkpoint.root
    for tile in tiles_of(310):
        assert tile.split((await anybody.get(f"/audit/log/{tile.path}")).content)
    assert not any(word in b"".join(leaves) for word in (b"p-chen", b"p-zhou", "法律".encode()))


async def test_parts_of_a_tile_are_served_for_every_published_size(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, story())
    await published(audit, known, MORE)
    anybody = audit.browser()
    whole = (await anybody.get("/audit/log/tile/0/000")).content
    for width in (1, 10, 255):
        part = await anybody.get(f"/audit/log/tile/0/000.p/{width}")
        assert part.content == whole[: 32 * width]


@pytest.mark.parametrize(
    "path",
    ["tile/0/001.p/55", "tile/0/001", "tile/1/001", "tile/entries/002", "tile/0/1", "tile/../x"],
)
async def test_what_is_not_published_is_not_there(
    audit: Running, known: Parties, path: str
) -> None:
    assert (await audit.browser().get("/audit/log/checkpoint")).status_code == 404
    await published(audit, known, [*story(), *MORE])
    answer = await audit.browser().get(f"/audit/log/{path}")
    assert answer.status_code == 404


async def test_entries_are_found_by_person_item_and_time_and_carry_their_leaves(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, [*story(), *MORE])
    inspector = audit.as_("p-inspector")

    async def found(**asked: str | int) -> list[int]:
        answer = await inspector.get("/audit/api/v1/events", params=asked)
        return [event["idx"] for event in answer.json()["events"]]

    assert await found(actor="p-zhou") == [4]
    assert await found(item=ITEM) == [8, 7, 6, 5, 4, 3, 2, 1], (
        "the answer (9) names its opinion only"
    )
    assert await found(after=4, agency=BUREAU) == [*range(5, 55)]
    assert await found(after=304, type="catalog.item-revised.v1") == [305, 306, 307, 308, 309]
    assert (await inspector.get("/audit/api/v1/events?before=-1")).status_code == 422
    [event] = (await inspector.get("/audit/api/v1/events?actor=p-zhou")).json()["events"]
    proof = (await inspector.get("/audit/api/v1/proof/inclusion?index=4")).json()
    assert includes(
        4,
        proof["size"],
        leaf_hash(b64decode(event["leaf"])),
        [b64decode(h) for h in proof["hashes"]],
        b64decode(proof["root"]),
    )


async def test_a_proof_waits_for_its_witnesses(audit: Running, known: Parties) -> None:
    await published(audit, known, story())
    inspector = audit.as_("p-inspector")
    answer = await inspector.get(f"/audit/api/v1/events/review-{ITEM}:2/proof")
    proof = parse_proof(answer.content)
    [row] = await audit.sql("SELECT leaf FROM ledger_leaf WHERE idx = 4")
    assert proof.proves(row["leaf"])
    known.away = {"discipline"}
    await published(audit, known, MORE)
    answer = await inspector.get("/audit/api/v1/events/item-7:1/proof")
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "2")


async def test_consistency_is_proved_between_any_two_sizes(audit: Running, known: Parties) -> None:
    await published(audit, known, story())
    old = checkpoint_of(parse_note(known.note()))
    await published(audit, known, MORE)
    inspector = audit.as_("p-inspector")
    said = (await inspector.get("/audit/api/v1/proof/consistency?from=10&to=310")).json()
    hashes = [b64decode(h) for h in said["hashes"]]
    assert extends(10, 310, old.root, b64decode(said["root"]), hashes)
    for wrong in ("from=0&to=5", "from=11&to=10", "from=1&to=311"):
        answer = await inspector.get(f"/audit/api/v1/proof/consistency?{wrong}")
        assert answer.status_code == 422


async def test_the_status_says_for_how_long_nobody_has_witnessed(
    audit: Running, known: Parties
) -> None:
    known.away = {"upper"}
    await published(audit, known, story())
    await audit.sql(
        "UPDATE ledger_published SET unwitnessed_since = unwitnessed_since - interval '61 min'"
    )
    status = (await audit.as_("p-inspector").get("/audit/api/v1/status")).json()
    assert (status["quorum"], status["unwitnessedMinutes"], status["alarm"]) == (False, 61, True)
    assert [w["fault"] for w in status["witnesses"]] == [None, "没有应答（ConnectError）"]


async def test_reading_one_entry_is_a_fact_and_says_what_the_record_says(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, story())
    answer = await audit.as_("p-inspector").get(f"/audit/api/v1/events/review-{ITEM}:2")
    assert answer.json()["data"]["docNo"] == "临司〔2026〕12号"
    [sent] = await audit.sent()
    assert (sent.type, sent.data["about"]) == ("audit.access.v1", f"review-{ITEM}:2")


async def test_everybody_reads_only_what_is_public_whatever_a_route_might_do(
    audit: Running, known: Parties
) -> None:
    await published(audit, known, story())
    db = await asyncpg.connect(store_of(audit).app)
    async with db.transaction():
        await db.execute("SET LOCAL ROLE gongkai_public")
        assert await db.fetchval("SELECT count(*) FROM ledger_leaf") == 10
        for table in ("ledger_payload", "vault_key", "ledger_event", "ledger_finding", "items"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with db.transaction():
                    await db.fetch(f"SELECT * FROM {table}")
    async with db.transaction():
        await db.execute("SET LOCAL ROLE gongkai_inspector")
        assert await db.fetchval("SELECT count(*) FROM ledger_payload") == 10
        for change in ("DELETE FROM ledger_payload", "UPDATE vault_key SET wrapped = NULL"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with db.transaction():
                    await db.execute(change)
    await db.close()
