"""ZIP files that somebody made to mislead or to exhaust a verifier."""

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.verify.desk import ledger
from tests.verify.ledger import Files, zipped

MEBI = 1024 * 1024


def hostile() -> Iterator[tuple[str, bytes]]:
    """(what is wrong, the ZIP)."""
    good = ledger().event(4)
    whole = zipped(good)
    yield from [
        ("nothing", b""),
        ("no ZIP", b"PK" * 40),
        ("cut off", whole[:-7]),
        ("cut in front", whole[9:]),
    ]
    yield from [
        ("no members", zipped({})),
        ("only a checkpoint", zipped({"checkpoint": good["checkpoint"]})),
    ]
    yield from [(f"named {name!r}", zipped(good | {name: b"x"})) for name in names()]
    yield "two of a name", twice(good, "checkpoint")
    yield "too many members", zipped(good | {f"notes/{n}": b"" for n in range(1, 20_001)})
    yield "a bomb", sized(whole, 257 * MEBI)
    yield "a bomb that lies", sized(zipped(good | {"README.zh.txt": bytes(20 * MEBI)}), 40)
    yield "a comment", commented(good)
    yield "encrypted", patched(whole, b"PK\1\2", 8, b"\1\0")
    yield "another method", patched(whole, b"PK\1\2", 10, b"\14\0")
    said = len(good["README.zh.txt"])
    yield from [
        ("a size too small", sized(whole, said - 1)),
        ("a size too large", sized(whole, said + 1)),
    ]
    yield "a wrong sum", patched(whole, b"PK\1\2", 16, b"\1\2\3\4")
    yield "damaged data", zipped(good, stored=True).replace(b"tlog-proof@v1", b"tlog-proof@v2")


def names() -> list[str]:
    return [
        "../checkpoint", "/checkpoint", "entries/../checkpoint", "entries\\4\\leaf.json", "entries/",
        "notes/",
        "entries/04/leaf.json", "entries/4/leaf.json/x", "entries/-1/leaf.json", "Checkpoint", "policy.txt",
        "entries/99999999999999999/leaf.json", "notes/1e3", "notes/٩", "entries/4/leaf.json ", "__MACOSX/x",
        "consistency/9007199254740993", "readme.txt", "edge\n", "tile/0/000",
    ]  # fmt: skip


def twice(files: Files, name: str) -> bytes:
    """The same ZIP with a member renamed to one that is there already."""
    other = "c" * len(name)
    return zipped(files | {other: files[name]}).replace(other.encode(), name.encode())


def commented(files: Files) -> bytes:
    out = io.BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"read me"
    return out.getvalue()


def patched(archive: bytes, mark: bytes, offset: int, data: bytes) -> bytes:
    """Bytes in the first header that begins with `mark`."""
    at = archive.index(mark) + offset
    return archive[:at] + data + archive[at + len(data) :]


def sized(archive: bytes, size: int) -> bytes:
    """The first member, README.zh.txt, says this unpacked size."""
    return patched(archive, b"PK\1\2", 24, struct.pack("<I", size))


def flipped(archive: bytes) -> Iterator[bytes]:
    """The ZIP with each of its bytes changed in turn."""
    for at in range(len(archive)):
        yield archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]
