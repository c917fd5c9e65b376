"""C2SP tlog-cosignature v1 (Ed25519): a witness says when it saw this as the log's largest tree. Pure."""

from __future__ import annotations

from tlog.note import COSIGNATURE, Note, Signature, SigningKey, Unsigned, Vkey, valid
from tlog.text import LARGEST

TIME = 8  # bytes, big-endian: seconds since 1970 UTC


def cosign(key: SigningKey, text: str, time: int) -> Signature:
    """The witness's line under the checkpoint `text`."""
    if key.kind != COSIGNATURE or not 0 <= time <= LARGEST:
        raise ValueError("not a witness's key, or not a time")
    signature = key.sign_bytes(_message(text, time))
    return Signature(key.name, key.vkey.id, time.to_bytes(TIME, "big") + signature)


def times_of(note: Note, key: Vkey) -> tuple[int, ...]:
    """When the witness `key` cosigned this note, ascending; none when it did not.

    Raises Unsigned when a line in its name is false.
    """
    if key.kind != COSIGNATURE:
        return ()
    lines = [one.data for one in note.signatures if one.claims(key)]
    times = {int.from_bytes(data[:TIME], "big"): data[TIME:] for data in lines}
    if len(times) < len(set(lines)) or not all(
        time <= LARGEST and valid(key, _message(note.text, time), signature)
        for time, signature in times.items()
    ):
        raise Unsigned(f"a cosignature in the name of {key.name} is false")
    return tuple(sorted(times))


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
