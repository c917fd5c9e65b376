"""One ledger entry held against its record and its index row; every fault in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import orjson

from services.audit.domain.canonical import NotCanonical, canonical
from services.audit.domain.entry import Entry, leaf
from services.audit.domain.index import Row, entry_again, row_of
from services.audit.vault import Unsealable, Vault, unseal
from shared.envelope import Unreadable

COLUMNS = tuple(field.name for field in fields(Row))
Keys = Mapping[str, bytes | None]


def faults(vault: Vault, keys: Keys, row: Any) -> list[str]:
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
        entry, dek = _entry(keys, row, said)
    except _Fault as fault:
        return [f"{name}：{fault}"]
    except (ValueError, KeyError, TypeError, NotCanonical):
        return [f"{name}：条目无法读出"]
    found = []
    handle = vault.handle(entry.subject)
    if leaf(entry, dek, handle) != row["leaf"] or row["payload_subject"] != handle:
        found.append(f"{name}：原始消息与条目中的承诺值不符")
    return found + [f"{name}：{text}" for text in _index_faults(entry, row)]


class _Fault(Exception):
    """Nothing further can be checked for this entry."""


def _entry(keys: Keys, row: Any, said: Any) -> tuple[Entry, bytes]:
    if row["sealed"] is None:
        raise _Fault("原始消息缺失")
    dek = keys.get(row["payload_subject"])
    if dek is None:
        raise _Fault("密钥缺失，原始消息无法打开")
    try:
        frame = unseal(dek, said["id"], row["sealed"])
        topic, partition, offset, generation = said["src"]
        source = (topic, partition, offset, generation)
        return entry_again(frame, source, said["kts"], said["type"]), dek
    except Unsealable:
        raise _Fault("原始消息已被改动或调换") from None
    except Unreadable as error:
        raise _Fault(f"原始消息与条目不符（{error}）") from None


def _index_faults(entry: Entry, row: Any) -> list[str]:
    if row["id"] is None:
        return ["查询索引中缺失"]
    right = row_of(entry)
    return [
        f"查询索引的「{column}」被改动：应为 {getattr(right, column)}，现为 {row[column]}"
        for column in COLUMNS
        if getattr(right, column) != row[column]
    ]
