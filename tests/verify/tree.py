"""RFC 6962 word for word: slow, and the definition."""

import hashlib
from base64 import b64encode

Hash = bytes


def sha(data: bytes) -> Hash:
    return hashlib.sha256(data).digest()


def root(hashes: list[Hash]) -> Hash:
    """RFC 6962 2.1, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    k = below(len(hashes))
    return sha(b"\1" + root(hashes[:k]) + root(hashes[k:]))


def below(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def path(index: int, hashes: list[Hash]) -> list[Hash]:
    if len(hashes) == 1:
        return []
    k = below(len(hashes))
    if index < k:
        return [*path(index, hashes[:k]), root(hashes[k:])]
    return [*path(index - k, hashes[k:]), root(hashes[:k])]


def proof(old: int, hashes: list[Hash], whole: bool = True) -> list[Hash]:
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    k = below(len(hashes))
    if old <= k:
        return [*proof(old, hashes[:k], whole), root(hashes[k:])]
    return [*proof(old - k, hashes[k:], False), root(hashes[:k])]


def edge(hashes: list[Hash]) -> list[Hash]:
    if not hashes:
        return []
    k = 2 ** (len(hashes).bit_length() - 1)
    return [root(hashes[:k]), *edge(hashes[k:])]


def lines(hashes: list[Hash]) -> bytes:
    return b"".join(b64encode(value) + b"\n" for value in hashes)
