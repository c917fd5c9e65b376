"""Policies: how they are written, what is refused, and when a quorum is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tlog.logs import AT, LOG, NEXT, OTHER, Log
from tlog.cosignature import cosign
from tlog.note import COSIGNATURE, Note, Signature, SigningKey, Unsigned, sign
from tlog.policy import judge, parse_policy
from tlog.text import Malformed

NAMES = ["upper", "discipline", "archives", "cloud"]
KEYS = {name: SigningKey(f"{name}.example", COSIGNATURE, name.ljust(32).encode()) for name in NAMES}
WITNESSES = "".join(f"witness {name} {key.vkey}\n" for name, key in KEYS.items())
TEXT = f"""# 信任策略
log {LOG.vkey} https://gongkai.example/audit/log
\t log\t{NEXT.vkey}

{WITNESSES}
group supervisors any upper discipline
group tech any archives cloud
group q all supervisors tech
quorum q
"""
POLICY = parse_policy(TEXT.encode())
NOTE = Log(70).note(70)


def cosigned(times: dict[str, int]) -> Note:
    return NOTE.with_lines(*(cosign(KEYS[name], NOTE.text, at) for name, at in times.items()))


def test_the_design_s_example_is_read() -> None:
    assert [log.vkey for log in POLICY.logs] == [LOG.vkey, NEXT.vkey]
    assert POLICY.logs[0].url == "https://gongkai.example/audit/log"
    assert list(POLICY.witnesses) == NAMES
    assert (POLICY.quorum, POLICY.groups["q"].needed) == ("q", 2)


@given(st.sets(st.sampled_from(NAMES)))
def test_a_quorum_is_one_of_each_group(names: set[str]) -> None:
    judgement = judge(POLICY, cosigned(dict.fromkeys(names, AT)))
    wanted = bool(names & {"upper", "discipline"}) and bool(names & {"archives", "cloud"})
    assert judgement.quorum is wanted
    assert set(judgement.times) == names
    assert (judgement.existed_by is not None) is wanted


def test_the_times_are_those_of_the_quorum() -> None:
    judgement = judge(
        POLICY, cosigned({"upper": 10, "discipline": 40, "archives": 20, "cloud": 30})
    )
    assert (judgement.existed_by, judgement.not_before) == (20, 30)


def test_without_witnesses_nothing_is_dated() -> None:
    policy = parse_policy(f"log {LOG.vkey}\nquorum none\n".encode())
    judgement = judge(policy, NOTE)
    assert judgement.quorum
    assert (judgement.existed_by, judgement.not_before) == (None, None)


def test_the_log_has_to_have_signed_whatever_the_witnesses_say() -> None:
    unsigned = Note(NOTE.text, cosigned(dict.fromkeys(NAMES, AT)).signatures[1:])
    with pytest.raises(Unsigned):
        judge(POLICY, unsigned)
    with pytest.raises(Unsigned):
        judge(POLICY, Note(unsigned.text, (sign(OTHER, unsigned.text),)))


def test_the_key_of_one_log_does_not_sign_for_another() -> None:
    both = parse_policy(f"log {LOG.vkey}\nlog {OTHER.vkey}\nquorum none\n".encode())
    with pytest.raises(Unsigned):
        judge(both, Note(NOTE.text, (sign(OTHER, NOTE.text),)))


def test_a_false_line_of_a_known_witness_spoils_the_note_and_an_unknown_one_does_not() -> None:
    known = KEYS["upper"].vkey
    with pytest.raises(Unsigned):
        judge(POLICY, NOTE.with_lines(Signature(known.name, known.id, bytes(72))))
    assert judge(POLICY, NOTE.with_lines(Signature(known.name, b"\0\0\0\1", bytes(72)))).times == {}


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("quorum q", ""),
        ("quorum q", "quorum q\nquorum q"),
        ("quorum q", "quorum nobody"),
        ("quorum q", "quorum q now"),
        ("group q all supervisors tech", "group q 0 supervisors tech"),
        ("group q all supervisors tech", "group q 3 supervisors tech"),
        ("group q all supervisors tech", "group q 01 supervisors tech"),
        ("group q all supervisors tech", "group q all"),
        ("group q all supervisors tech", "group q all supervisors supervisors tech"),
        ("group q all supervisors tech", "group q all upper tech"),
        ("group q all supervisors tech", "group q all q tech"),
        ("group q all supervisors tech", "group q all later tech\ngroup later any supervisors"),
        ("group tech any archives cloud", "group upper any archives cloud"),
        ("group tech any archives cloud", "group none any archives cloud"),
        ("quorum q", f"log {LOG.vkey}\nquorum q"),
        ("quorum q", f"witness again {KEYS['upper'].vkey}\nquorum q"),
        ("quorum q", f"witness upper {SigningKey('x', COSIGNATURE, bytes(32)).vkey}\nquorum q"),
        ("quorum q", f"witness log {LOG.vkey}\nquorum q"),
        ("quorum q", f"log {KEYS['upper'].vkey}\nquorum q"),
        ("quorum q", "witness w not-a-key\nquorum q"),
        ("quorum q", "believe everything\nquorum q"),
        ("quorum q", "quorum q\r"),
    ],
)
def test_a_policy_with_a_mistake_is_refused_whole(line: str, instead: str) -> None:
    assert line in TEXT
    with pytest.raises(Malformed):
        parse_policy(TEXT.replace(line, instead).encode())


def test_names_may_be_of_any_bytes() -> None:
    for name in ("派驻纪检监察组".encode(), b"\xff\xfe"):
        data = b"witness " + name + f" {KEYS['upper'].vkey}\nquorum ".encode() + name
        assert len(parse_policy(data).witnesses) == 1
