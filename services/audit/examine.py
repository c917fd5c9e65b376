"""One ledger entry held against its record and its index row; every fault in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from services.audit.domain.canonical import NotCanonical, canonical
from services.audit.domain.entry import Entry
from services.audit.domain.index import Row, entry_again, row_of
from services.audit.domain.leaf import commitment, leaf
from services.audit.vault import Unsealable, Vault, unseal
from shared.envelope import Unreadable
from shared.events import Json

COLUMNS = Row._fields
LOST = "密钥缺失，且没有依法销毁的记录，原始消息无法打开"


@dataclass
class Examiner:
    """`erased` gives, by handle, the entry that records the lawful erasure (依法销毁) of its key.

    `keys` are those of the rows at hand; `forgotten` counts entries whose content was erased.
    """

    vault: Vault
    erased: Mapping[str, int]
    keys: Mapping[str, bytes | None] = field(default_factory=dict)
    forgotten: int = 0

    def faults(self, row: Any) -> list[str]:
        """What is wrong with one row of leaf, payload and index; empty when nothing is.

        The row has `leaf`, `sealed`, `payload_subject` and the columns of the index (None: not there).
        """
        name = f"第 {row['idx']} 条（{row['id'] or '编号不明'}）"
        if row["leaf"] is None:
            return [f"{name}：台账条目缺失，仅剩附带的记录或索引"]
        try:
            said = orjson.loads(row["leaf"])
            name = f"第 {row['idx']} 条（{said['id']}）"
            if canonical(said) != row["leaf"]:
                return [f"{name}：条目写法不规范"]
            return [f"{name}：{text}" for text in self._faults(row, said)]
        except (ValueError, KeyError, TypeError, NotCanonical):
            return [f"{name}：条目无法读出"]

    def _faults(self, row: Any, said: Json) -> Iterator[str]:
        if row["sealed"] is None:
            yield "原始消息缺失"
            return
        dek = self.keys.get(row["payload_subject"])
        if dek is None:
            yield from self._without_key(row, said)
            return
        try:
            entry = _entry(dek, row, said)
        except Unsealable:
            yield "原始消息已被改动或调换"
            return
        except Unreadable as error:
            yield f"原始消息与条目不符（{error}）"
            return
        yield from self._against_leaf(entry, dek, row)
        yield from _index_faults(row_of(entry)._asdict(), row)

    def _against_leaf(self, entry: Entry, dek: bytes, row: Any) -> Iterator[str]:
        handle = row["payload_subject"]
        again = leaf(entry, commitment(dek, entry.id, entry.framed), handle)
        if again != row["leaf"] or not self.vault.names(entry.subject, handle):
            yield "原始消息与条目中的承诺值不符"

    def _without_key(self, row: Any, said: Json) -> Iterator[str]:
        """Erased by law, and the log says so later on: then the leaf alone has to agree. Or tampering."""
        if row["payload_subject"] != said["ref"] or self.erased.get(said["ref"], -1) <= row["idx"]:
            yield LOST
            return
        self.forgotten += 1
        yield from _index_faults(_of_leaf(said), row)


def _entry(dek: bytes, row: Any, said: Json) -> Entry:
    frame = unseal(dek, said["id"], row["sealed"])
    topic, partition, offset, generation = said["src"]
    return entry_again(frame, (topic, partition, offset, generation), said["kts"], said["type"])


def _of_leaf(said: Json) -> Json:
    """The columns of the index that a leaf alone tells."""
    return {
        "id": said["id"],
        "type": said["type"],
        "service": said["svc"],
        "version": said["av"],
        "agency": said["org"],
        "occurred_at": datetime.fromisoformat(said["t"]).astimezone(UTC),
        "kafka_at": datetime.fromtimestamp(said["kts"] / 1000, UTC),
    }


def _index_faults(right: Json, row: Any) -> Iterator[str]:
    if row["id"] is None:
        yield "查询索引中缺失"
        return
    for column in COLUMNS:
        if column in right and right[column] != row[column]:
            yield f"查询索引的「{column}」被改动：应为 {right[column]}，现为 {row[column]}"
