"""Receipts of reading → who has read what."""

from __future__ import annotations

from collections.abc import Iterable

from services.publisher.domain.reading import Read
from shared.facts import Recorded, Statement


def project_reading(fact: Recorded[Read]) -> Iterable[Statement]:
    yield Statement(
        "INSERT INTO readings (item_id, person, agency, at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        fact.event.item_id,
        fact.event.person,
        fact.agency,
        fact.recorded_at,
    )
