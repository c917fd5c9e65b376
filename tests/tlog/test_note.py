"""Notes and keys: what is read back, what is refused, and that no changed byte goes unnoticed."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tlog.logs import AT, LOG, NEXT, OTHER, SECOND, WITNESS, Log
from tlog.checkpoint import checkpoint_of, parse_checkpoint
from tlog.cosignature import cosign, times_of
from tlog.note import (
    ED25519,
    Note,
    Signature,
    SigningKey,
    Unsigned,
    opened,
    parse_note,
    parse_signatures,
    parse_signing_key,
    parse_vkey,
    sign,
)
from tlog.text import Malformed

# The example in the documentation of Go's note package, and of the specification.
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1"
    "FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
LOGS = Log(70)
GOOD = LOGS.note(70, WITNESS)


def changed(data: bytes) -> Iterator[bytes]:
    """Each byte once with a bit flipped, once left out, once doubled."""
    for at in range(len(data)):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + data[at : at + 1] + data[at:]


def test_the_example_of_go_is_opened_and_made_again() -> None:
    key = parse_vkey(GO_VKEY)
    note = parse_note(GO_NOTE.encode())
    assert opened(note, [key]) == (key,)
    secret = parse_signing_key(GO_SECRET)
    assert (secret.vkey, secret.secret_text()) == (key, GO_SECRET)
    assert Note(note.text, (sign(secret, note.text),)).encode().decode() == GO_NOTE


def believed(data: bytes) -> bool:
    """Whether both have signed this."""
    note = parse_note(data)
    checkpoint_of(note)
    return bool(opened(note, [LOG.vkey])) and times_of(note, WITNESS.vkey) == (AT,)


def test_no_changed_byte_of_a_signed_and_cosigned_checkpoint_goes_unnoticed() -> None:
    assert believed(GOOD.encode())
    for bad in changed(GOOD.encode()):
        try:
            assert not believed(bad), bad
        except (Malformed, Unsigned):
            continue


def test_no_changed_byte_of_a_key_goes_unnoticed() -> None:
    for text in (str(LOG.vkey), str(WITNESS.vkey)):
        for bad in changed(text.encode()):
            try:
                key = parse_vkey(bad.decode())
            except (Malformed, UnicodeDecodeError):
                continue
            pytest.fail(f"{bad!r} was read as {key}")


def test_keys_are_read_back() -> None:
    for key in (LOG, NEXT, OTHER, WITNESS):
        assert parse_vkey(str(key.vkey)) == key.vkey
        assert parse_signing_key(key.secret_text()) == key
    assert LOG.seed.hex() not in repr(LOG)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", "a+00000000+", "++", "name with space+c74f20a3+ARpc", GO_VKEY + "\n",
     GO_VKEY.replace("c74f20a3", "C74F20A3"), GO_VKEY.replace("PeterNeumann", "Peter\udcffNeumann"),
     GO_SECRET],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_vkey(text)
    with pytest.raises(Malformed):
        parse_signing_key(text.removeprefix("PRIVATE+KEY+"))


def test_a_key_of_an_unknown_kind_is_no_key_to_trust() -> None:
    with pytest.raises(Malformed):
        parse_vkey(str(SigningKey("ml-dsa.example", 0x06, bytes(32)).vkey))


def test_signatures_of_unknown_keys_are_ignored() -> None:
    strange = Signature("sm2.example", b"\xff\1\2\3", b"whatever it is" * 200)
    same_name = Signature(LOG.name, b"\0\0\0\0", b"another key of that name")
    note = parse_note(GOOD.with_lines(strange, same_name).encode())
    assert opened(note, [LOG.vkey, OTHER.vkey]) == (LOG.vkey,)


def test_a_false_signature_of_a_known_key_spoils_the_note() -> None:
    false = Signature(OTHER.name, OTHER.vkey.id, bytes(64))
    with pytest.raises(Unsigned):
        opened(GOOD.with_lines(false), [LOG.vkey, OTHER.vkey])
    assert opened(GOOD.with_lines(false), [LOG.vkey]) == (LOG.vkey,)


def test_both_keys_count_while_one_is_rotated() -> None:
    both = GOOD.with_lines(sign(NEXT, GOOD.text))
    assert opened(both, [LOG.vkey, NEXT.vkey]) == (LOG.vkey, NEXT.vkey)
    assert opened(both, [NEXT.vkey]) == (NEXT.vkey,)


def test_a_cosignature_is_no_signature_of_the_log_and_the_other_way_round() -> None:
    as_witness = SigningKey(LOG.name, WITNESS.kind, LOG.seed)
    with pytest.raises(Unsigned):
        opened(GOOD, [as_witness.vkey, WITNESS.vkey])
    assert times_of(GOOD, as_witness.vkey) == times_of(GOOD, LOG.vkey) == ()
    with pytest.raises(ValueError, match="not a key"):
        sign(WITNESS, GOOD.text)
    with pytest.raises(ValueError, match="not a witness"):
        cosign(LOG, GOOD.text, AT)


def test_a_witness_may_have_seen_the_same_tree_several_times() -> None:
    again = GOOD.with_lines(*(cosign(WITNESS, GOOD.text, at) for at in (AT + 5, AT, AT + 2)))
    assert times_of(again, WITNESS.vkey) == (AT, AT + 2, AT + 5)
    assert times_of(again, SECOND.vkey) == ()


def test_a_false_cosignature_spoils_the_note_even_beside_a_good_one() -> None:
    good = GOOD.signatures[1]
    later = Signature(good.name, good.id, (AT + 1).to_bytes(8, "big") + good.data[8:])
    forged = Signature(good.name, good.id, good.data[:-1] + bytes([good.data[-1] ^ 1]))
    for false in (later, forged, Signature(good.name, good.id, b"short")):
        with pytest.raises(Unsigned):
            times_of(GOOD.with_lines(false), WITNESS.vkey)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\n\n", b"text\n", b"text\n\n", "text\n\n— a\n".encode(), b"text\n\n- a AAAAAAA=\n",
     "text\n\n— a AAAAAA==".encode(), "text\n\n— a AAAAAA==\n".encode(), "te\txt\n\n— a AAAAAAA=\n".encode(),
     "text\r\n\n— a AAAAAAA=\n".encode(), "text\n\n— a+b AAAAAAA=\n".encode(), b"\xff\n\n",
     "text\n\n—  AAAAAAA=\n".encode(), "text\n\n— a AAAAAAB=\n".encode(),
     "text\n\n— a\u3000b AAAAAAA=\n".encode(),
     "text\n\n— a AAAAAAA=\n\n".encode()],
)  # fmt: skip
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(data)


def test_the_smallest_note_is_one() -> None:
    assert parse_note("text\n\n— a AAAAAAA=\n".encode()) == Note(
        "text\n", (Signature("a", bytes(4), b"\0"),)
    )


def test_a_note_with_too_much_is_refused() -> None:
    line = "— a AAAAAAA=\n"
    assert len(parse_signatures(line * 64)) == 64
    with pytest.raises(Malformed):
        parse_signatures(line * 65)
    with pytest.raises(Malformed):
        parse_note(("x" * 70_000 + "\n\n" + line).encode())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")), st.integers(1, 5))
def test_every_text_is_signed_and_read_back(text: str, keys: int) -> None:
    signers = [SigningKey(f"k{n}", ED25519, bytes([n]) * 32) for n in range(keys)]
    note = Note(text + "\n").with_lines(*(sign(key, text + "\n") for key in signers))
    assert parse_note(note.encode()) == note
    assert len(opened(note, [key.vkey for key in signers])) == keys


NOT_CHECKPOINTS = [
    "", "a\n", "a\n1\n", "\n1\n{}\n", "a\n01\n{}\n", "a\n+1\n{}\n", "a\n1 \n{}\n", "a\n-1\n{}\n",
    "a\n1\n{}", "a\n1\n{}\nextension\n", "a\n1\n{}\n\n", "a\n1\nAAAA\n", "a\n99999999999999999999\n{}\n",
    "a\n0\n{}\n", "a\n١\n{}\n",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_CHECKPOINTS)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    root = LOGS.checkpoint().text.split("\n")[2]
    with pytest.raises(Malformed):
        parse_checkpoint(text.format(root))


def test_a_checkpoint_is_three_lines() -> None:
    for size in (0, 1, 70):
        assert parse_checkpoint(LOGS.checkpoint(size).text) == LOGS.checkpoint(size)
