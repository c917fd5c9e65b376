"""Leaf bytes: one way to write them, nothing personal in them, every changed byte noticed."""

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.canonical import SAFE, NotCanonical, canonical
from services.audit.domain.entry import Entry, quarantined, read
from services.audit.domain.index import content, entry_again, message_again, row_of
from services.audit.domain.leaf import commitment
from services.audit.domain.leaf import leaf as leaf_of
from services.audit.domain.received import Received
from shared.envelope import Unreadable, framed
from tests.audit.records import message, record

DEK = bytes(range(32))
ITEM = "0199a3c0-0000-7000-8000-000000000001"
DRAFTED = message("catalog.item-drafted.v1", f"item-{ITEM}", 7, {"itemId": ITEM, "title": "公开"})
RECORD = record(DRAFTED, offset=412_233)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.recursive(
    text | st.integers(-SAFE, SAFE),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(names, v, max_size=3),
)
fields = st.dictionaries(names, values, max_size=8)


@given(fields)
def test_canonical_json_is_byte_identical_to_rfc_8785(some: dict[str, object]) -> None:
    assert canonical(some) == rfc8785.dumps(some)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad", [1.0, None, True, SAFE + 1, -SAFE - 1, {"a": 1.5}, {"钥": 1}, [1, 2.5], "\ud800", b"x"]
)
def test_values_others_might_write_differently_are_refused(bad: object) -> None:
    with pytest.raises(NotCanonical):
        canonical({"a": bad})  # type: ignore[dict-item]
    with pytest.raises(NotCanonical):
        canonical({"钥": 1})


def leaf(entry: Entry, dek: bytes, handle: str) -> bytes:
    return leaf_of(entry, commitment(dek, entry.id, entry.framed), handle)


def test_a_leaf_is_exactly_these_bytes() -> None:
    entry = read(RECORD)
    assert orjson.loads(leaf(entry, DEK, "h")) == {
        "agg": "item", "alg": "hmac-sha256/1", "av": 7, "id": f"item-{ITEM}:7",
        "kts": 1_763_740_800_123, "org": "linjiang-sfj",
        "pc": commitment(DEK, f"item-{ITEM}:7", framed(DRAFTED)), "position": 1, "ref": "h",
        "src": ["gongkai.catalog", 0, 412_233, 1], "svc": "catalog",
        "t": "2026-11-23T04:00:00.000000+00:00", "type": "catalog.item-drafted.v1", "v": 1,
    }  # fmt: skip
    assert leaf(entry, DEK, "h") == leaf(read(RECORD), DEK, "h")
    assert b"p-chen" not in leaf(entry, DEK, "h")


def changed() -> list[Received]:
    """The record with each single byte of key, headers and value changed."""
    records = [RECORD._replace(key=bad) for bad in flips(RECORD.key)]
    records += [RECORD._replace(value=bad) for bad in flips(RECORD.value)]
    for n, (name, value) in enumerate(RECORD.headers):
        if name.startswith("ce_"):
            before, after = RECORD.headers[:n], RECORD.headers[n + 1 :]
            records += [
                RECORD._replace(headers=(*before, (name, bad), *after)) for bad in flips(value)
            ]
    return records


def flips(data: bytes) -> list[bytes]:
    return [data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :] for n in range(len(data))]


def test_every_changed_byte_of_a_record_is_refused_or_changes_the_commitment() -> None:
    before = commitment(DEK, f"item-{ITEM}:7", framed(DRAFTED))
    noticed = 0
    for bad in changed():
        try:
            entry = read(bad)
        except Unreadable:
            noticed += 1
            continue
        assert commitment(DEK, f"item-{ITEM}:7", entry.framed) != before
        noticed += 1
    assert noticed == len(changed()) > 250


def test_without_the_key_equal_contents_do_not_look_equal() -> None:
    assert commitment(DEK, "a:1", b"x") != commitment(DEK, "a:2", b"x")
    assert commitment(DEK, "a:1", b"x") != commitment(bytes(32), "a:1", b"x")


def with_header(name: str, value: bytes) -> Received:
    kept = tuple(pair for pair in RECORD.headers if pair[0] != name)
    return RECORD._replace(headers=(*kept, (name, value)))


@pytest.mark.parametrize(
    "bad",
    [
        RECORD._replace(key=b"\xff"),
        RECORD._replace(key=b"other"),
        RECORD._replace(value=b"{"),
        RECORD._replace(value=b"[]"),
        RECORD._replace(headers=()),
        RECORD._replace(headers=(*RECORD.headers, ("ce_id", b"twice"))),
        RECORD._replace(topic="gongkai.approval"),
        RECORD._replace(timestamp=-1),
        with_header("ce_sequence", b"8"),
        with_header("ce_position", b"-1"),
        with_header("ce_time", b"yesterday"),
        with_header("ce_agency", b"a" * 600),
        with_header("ce_actor", b"nul\x00"),
        with_header("ce_type", b"approval.item-approved.v1"),
    ],
)
def test_a_record_that_contradicts_itself_is_unreadable_and_still_gets_a_leaf(
    bad: Received,
) -> None:
    with pytest.raises(Unreadable):
        read(bad)
    kept = quarantined(bad)
    assert b"audit.quarantine.v1" in leaf(kept, DEK, "h")
    assert row_of(kept).position is None
    assert entry_again(kept.framed, kept.source, kept.timestamp, kept.type) == kept


@settings(max_examples=300)
@given(
    st.binary(max_size=40),
    st.lists(st.tuples(text, st.binary(max_size=700)), max_size=4),
    st.binary(max_size=60),
    st.integers(-(2**63), 2**63 - 1),
)
def test_no_record_whatever_stops_the_ledger(
    key: bytes, headers: list[tuple[str, bytes]], value: bytes, timestamp: int
) -> None:
    bad = Received("gongkai.catalog", 11, 5, 1, timestamp, key, tuple(headers), value)
    with pytest.raises(Unreadable):
        read(bad)
    kept = quarantined(bad)
    assert len(leaf(kept, DEK, "h")) < 1000
    row_of(kept)


def test_what_was_sealed_gives_the_entry_and_the_message_again() -> None:
    entry = read(RECORD)
    again = entry_again(entry.framed, entry.source, entry.timestamp, entry.type)
    assert again == entry
    assert message_again(entry.framed, RECORD.topic).data == content(entry.framed) == DRAFTED.data
    conflict = entry.as_conflict()
    assert entry_again(entry.framed, entry.source, entry.timestamp, conflict.type) == conflict
    assert conflict.id.startswith(f"item-{ITEM}:7!")


def test_an_opinion_on_an_item_is_found_with_the_item() -> None:
    data = {"feedbackId": "f1", "subject": {"type": "ITEM", "id": ITEM}}
    heard = message("feedback.feedback-received.v1", "feedback-f1", 1, data)
    assert row_of(read(record(heard))).item == ITEM
    working = message("catalog.draft-kept.v1", f"item-{ITEM}", 2, {"sha256": "0"})
    assert row_of(read(record(working))).item == ITEM
    nothing = message("catalog.watermark-stated.v1", "watermark-catalog", 1, {"count": 1})
    assert row_of(read(record(nothing))).item is None
