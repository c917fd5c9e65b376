"""One item's way through all services, as the audit service hears it."""

from pathlib import Path
from typing import Any

import orjson

import shared.events
from services.audit.domain.received import Received
from services.audit.log import leading
from services.audit.vault import vault_of
from shared.envelope import Message
from tests.audit.records import message, record
from tests.kernel import Running

ITEM = "0199a3c0-0000-7000-8000-000000000001"
CITY, BUREAU, OTHER = "linjiang", "linjiang-sfj", "elsewhere"


def contract(type: str) -> dict[str, Any]:
    file = Path(shared.events.__file__).parent / "contracts" / f"{type}.json"
    data: dict[str, Any] = orjson.loads(file.read_bytes())["data"]
    return data


STORY = (
    ("catalog.item-drafted.v1", f"item-{ITEM}", 1, "p-chen"),
    ("catalog.item-submitted.v1", f"item-{ITEM}", 2, "p-chen"),
    ("approval.review-step-passed.v1", f"review-{ITEM}", 1, "p-li"),
    ("approval.item-approved.v1", f"review-{ITEM}", 2, "p-zhou"),
    ("publisher.publication-scheduled.v1", f"publication-{ITEM}", 1, "p-wang"),
    ("publisher.delivery-confirmed.v1", f"publication-{ITEM}", 2, "service:publisher"),
    ("publisher.item-published.v1", f"publication-{ITEM}", 3, "service:publisher"),
    ("feedback.feedback-received.v1", "feedback-f1", 1, "citizen"),
    ("feedback.feedback-answered.v1", "feedback-f1", 2, "p-chen"),
)


def story() -> list[Message]:
    return [
        message(type, stream, version, contract(type), actor=actor, minutes=n, position=n + 1)
        for n, (type, stream, version, actor) in enumerate(STORY)
    ]


async def told(service: Running, messages: list[Message]) -> None:
    """Into the ledger and into the inbox, as Kafka would."""
    records: list[Received] = [record(m, n) for n, m in enumerate(messages)]
    vault = vault_of(service.settings)
    async with leading(service.settings.worker_dsn, vault) as ledger:
        await ledger.append(records)
    await service.receive(*messages)
