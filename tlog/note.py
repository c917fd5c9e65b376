"""C2SP signed-note v1: a text and the signatures of those who answer for it. Pure.

A signature names its key by name and four-byte id. Signatures of unknown keys are ignored: this is how
keys are rotated, witnesses added, and other algorithms carried along for those who know them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tlog.text import Malformed, base64, decoded, unbase64

ED25519 = 0x01
COSIGNATURE = 0x04  # Ed25519 with a time: tlog/cosignature.py
KINDS = (ED25519, COSIGNATURE)
PUBLIC = 32  # bytes of a key, public or seed
ID = 4
DASH = "— "
PRIVATE = "PRIVATE+KEY+"
LONGEST = 65_536  # bytes of a note
MOST = 64  # signatures of a note; the format asks for 16 at least


class Unsigned(Exception):
    """No signature of a trusted key, or a false one in a trusted key's name."""


@dataclass(frozen=True)
class Vkey:
    """A public key with a name, as it stands in a policy: `name+id+base64(kind, key)`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self._coded).digest()[:ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64(self._coded)}"

    @property
    def _coded(self) -> bytes:
        return bytes([self.kind]) + self.public


@dataclass(frozen=True)
class SigningKey:
    """The private half. Its text is what Go's `note` reads and writes too."""

    name: str
    kind: int
    seed: bytes = field(repr=False)

    @property
    def vkey(self) -> Vkey:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return Vkey(self.name, self.kind, public.public_bytes_raw())

    def secret_text(self) -> str:
        """Everything; whoever reads it can sign."""
        return f"{PRIVATE}{self.name}+{self.vkey.id.hex()}+{base64(bytes([self.kind]) + self.seed)}"

    def sign_bytes(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True)
class Signature:
    """One signature line."""

    name: str
    id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"{DASH}{self.name} {base64(self.id + self.data)}\n"

    def claims(self, key: Vkey) -> bool:
        """Whether it says that `key` made it."""
        return self.name == key.name and self.id == key.id


@dataclass(frozen=True)
class Note:
    """The text, its last newline included, and what was signed under it."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(one.line for one in self.signatures)).encode()

    def with_lines(self, *more: Signature) -> Note:
        """The same note with further signatures, none of them twice."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


def parse_note(data: bytes) -> Note:
    """Raises Malformed. Nothing in the note may be believed before a signature was checked."""
    if len(data) > LONGEST:
        raise Malformed("the note is too long")
    whole = decoded(data)
    check_characters(whole)
    head, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Malformed("no signatures below an empty line")
    return Note(head + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """One or more signature lines, as a note ends with and as a witness answers. Raises Malformed."""
    rows = lines.split("\n")
    if rows.pop() or not 1 <= len(rows) <= MOST:
        raise Malformed("not 1 to 64 signature lines")
    return tuple(_signature(row) for row in rows)


def parse_vkey(text: str) -> Vkey:
    """Raises Malformed; for a key of an unknown kind too: no trust in what cannot be checked."""
    name, kind, public = _key_parts(text)
    key = Vkey(name, kind, public)
    if str(key) != text:
        raise Malformed("the key's id is not that of the key")
    return key


def parse_signing_key(text: str) -> SigningKey:
    """Raises Malformed."""
    if not text.startswith(PRIVATE):
        raise Malformed("not a private key")
    name, kind, seed = _key_parts(text.removeprefix(PRIVATE))
    key = SigningKey(name, kind, seed)
    if key.secret_text() != text:
        raise Malformed("the key's id is not that of the key")
    return key


def sign(key: SigningKey, text: str) -> Signature:
    """An Ed25519 signature of the text."""
    if key.kind != ED25519:
        raise ValueError("not a key of kind Ed25519")
    return Signature(key.name, key.vkey.id, key.sign_bytes(text.encode()))


def opened(note: Note, trusted: Collection[Vkey]) -> tuple[Vkey, ...]:
    """The trusted Ed25519 keys that signed. Raises Unsigned when there is none, or a false one."""
    found: list[Vkey] = []
    for key in trusted:
        claimed = [one.data for one in note.signatures if one.claims(key) and key.kind == ED25519]
        if not all(valid(key, note.text.encode(), data) for data in claimed):
            raise Unsigned(f"a signature in the name of {key.name} is false")
        found += [key] if claimed else []
    if not found:
        raise Unsigned("signed by no trusted key")
    return tuple(found)


def valid(key: Vkey, message: bytes, signature: bytes) -> bool:
    """Whether the bare Ed25519 signature is right."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_characters(text: str) -> None:
    """No control character but newline. Raises Malformed."""
    if any(character < " " and character != "\n" for character in text):
        raise Malformed("a control character")


def check_name(name: str) -> None:
    """Raises Malformed when no key may be called so."""
    check_characters(name)
    if not name or "+" in name or any(one.isspace() or "\ud800" <= one < "\ue000" for one in name):
        raise Malformed("not the name of a key")


def _signature(row: str) -> Signature:
    name, _, coded = row.removeprefix(DASH).partition(" ")
    data = unbase64(coded)
    check_name(name)
    if not row.startswith(DASH) or len(data) <= ID:
        raise Malformed("not a signature line")
    return Signature(name, data[:ID], data[ID:])


def _key_parts(text: str) -> tuple[str, int, bytes]:
    name, _, rest = text.partition("+")
    _, _, coded = rest.partition("+")
    data = unbase64(coded)
    check_name(name)
    if len(data) != 1 + PUBLIC or data[0] not in KINDS:
        raise Malformed("not a key of a known kind")
    return name, data[0], data[1:]
