"""The verifier and the platform's own core, written apart from the same specifications, judge alike."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.desk import ledger
from tests.verify.signers import ARCHIVES, DAY, DISCIPLINE, LOG, ORIGIN, UPPER, Signer
from tlog import policy as core
from tlog.note import Unsigned, parse_note
from tlog.proof import parse_proof
from tlog.text import Malformed
from verify import gongkai_verify as ours

BOOK = ledger()
WITNESSES = {"u": UPPER, "d": DISCIPLINE, "a": ARCHIVES}
HEAD = f"log {LOG.vkey}\n" + "".join(
    f"witness {name} {one.vkey}\n" for name, one in WITNESSES.items()
)
NAMES = st.sampled_from(["u", "d", "a", "g", "h", "none", "x"])
RULES = st.sampled_from(["any", "all", "1", "2", "3", "0", "02", "4"])
GROUPS = st.tuples(NAMES, RULES, st.lists(NAMES, min_size=1, max_size=4)).map(
    lambda group: f"group {group[0]} {group[1]} {' '.join(group[2])}\n"
)
LINES = GROUPS | NAMES.map(lambda name: f"quorum {name}\n") | st.just("# 注\n") | st.just("  \t\n")
POLICIES = st.lists(LINES, max_size=5).map(lambda lines: HEAD + "".join(lines))
SOUND = st.sampled_from(
    [
        "quorum none\n", "quorum d\n", "group g any u d a\nquorum g\n", "group g all u d a\nquorum g\n",
        "group g 2 u d a\nquorum g\n", "group g any u d\ngroup h all g a\nquorum h\n",
    ]
).map(HEAD.__add__)  # fmt: skip
COSIGNED = st.lists(
    st.tuples(st.sampled_from([*WITNESSES.values()]), st.integers(DAY, DAY + 9)), max_size=5
)


@given(POLICIES)
def test_the_same_policies_are_accepted(text: str):
    try:
        known = core.parse_policy(text.encode())
    except Malformed:
        known = None
    try:
        read = ours.Policy(text)
    except ours.Unusable:
        read = None
    assert (read is None) == (known is None), text
    if read and known:
        assert read.quorum == known.quorum
        for chosen in ([], ["u"], ["d"], ["u", "d"], ["u", "a"], ["u", "d", "a"]):
            assert read.reached(chosen) == known.satisfied_by(chosen)


@settings(deadline=None)
@given(SOUND, COSIGNED, st.integers(0, 3))
def test_the_same_notes_are_good_at_the_same_times(
    text: str, cosigned: list[tuple[Signer, int]], damage: int
):
    body = BOOK.body(9)
    lines = [LOG.sign(body), *(one.cosign(body, time) for one, time in cosigned)]
    if 0 < damage < len(lines):
        middle = len(lines[damage]) - 20
        lines[damage] = (
            lines[damage][:middle]
            + ("AAAA" if lines[damage][middle] != "A" else "BBBB")
            + lines[damage][middle + 4 :]
        )
    raw = f"{body}\n{''.join(lines)}".encode()
    assert by_ours(raw, text) == by_core(raw, text)


def by_ours(raw: bytes, text: str) -> object:
    try:
        note = ours.open_note(raw, ours.Policy(text), "存档点")
    except ours.Broken:
        return None
    return note.origin, note.size, note.root, note.quorum, note.existed_by, note.not_before


def by_core(raw: bytes, text: str) -> object:
    try:
        found = core.judge(core.parse_policy(text.encode()), parse_note(raw))
    except Unsigned:
        return None
    top = found.checkpoint
    return top.origin, top.size, top.root, found.quorum, found.existed_by, found.not_before


def test_the_same_proofs_are_read():
    note = BOOK.note(9)
    for index in range(9):
        data = BOOK.proved(index, note)[f"entries/{index}/proof.tlog-proof"]
        assert parse_proof(data).proves(BOOK.entries[index].leaf)
        assert parse_proof(data).index == index
        assert len(ours._inclusion(data, index, note)) in (1, 4)
    assert parse_note(note).text.startswith(ORIGIN)
