"""Somebody with every right on the database, and with the keys that seal: everything written again."""

from collections.abc import Sequence

from services.audit.domain.received import Received
from services.audit.log import leading
from tests.audit.conftest import Store
from tests.audit.parties import noted
from tests.audit.records import message, record
from tests.audit.test_fsck import RECORDS

FORGED = record(
    message("catalog.item-revised.v1", "item-7", 2, {"itemId": "7", "by": "p-other"}, position=28),
    27,
)
OTHER_HISTORY = [*RECORDS[:27], FORGED, *RECORDS[28:]]
ALL = (
    "ledger_leaf, ledger_payload, ledger_event, ledger_tile, ledger_source, ledger_finding,"
    " ledger_checkpoint, ledger_note, ledger_witness"
)


async def rewritten(store: Store, records: Sequence[Received]) -> None:
    """Another history in all tables, whole in itself."""
    await store.attack(f"TRUNCATE {ALL}")
    await store.attack("UPDATE ledger_head SET size = 0, root = sha256('')")
    await store.attack(
        "UPDATE ledger_published SET size = 0, note = '', quorum = false, unwitnessed_since = NULL"
    )
    async with leading(store.worker, store.vault) as ledger:
        await ledger.append(records)
        await noted(ledger)
