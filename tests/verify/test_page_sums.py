"""The page's own arithmetic — hashes, signatures, deflate — against the libraries of Python."""

import hashlib
import hmac
import os
import random
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verify.browser import Sheet, sheet_in
from tests.verify.desk import ledger
from tests.verify.ledger import zipped

pytestmark = pytest.mark.browser

ORDER = 2**252 + 27742317777372353535851937790883648493


async def test_hashes_are_those_of_the_standard(chromium: str):
    async with sheet_in(chromium) as sheet:
        for length in [*range(0, 140), 1000, 5000]:
            data = os.urandom(length)
            assert bytes(await sheet.call("sha256", data)) == hashlib.sha256(data).digest()
            assert bytes(await sheet.call("sha512", data)) == hashlib.sha512(data).digest()
            key = os.urandom(32)
            assert bytes(await sheet.call("hmac", key, data)) == hmac.digest(key, data, "sha256")


def signature() -> tuple[bytes, bytes, bytes]:
    key, message = Ed25519PrivateKey.generate(), os.urandom(random.randrange(300))
    return key.public_key().public_bytes_raw(), key.sign(message), message


async def both(sheet: Sheet, key: bytes, signed: bytes, message: bytes) -> tuple[Any, Any]:
    """(own arithmetic, whatever the browser uses)."""
    own = await sheet.call("(k, s, m) => ed25519(k, s, m)", key, signed, message)
    return own, await sheet.call("(k, s, m) => verifies({public: k}, s, m)", key, signed, message)


async def test_signatures_are_judged_like_the_library_does(chromium: str):
    async with sheet_in(chromium) as sheet:
        for _ in range(12):
            key, signed, message = signature()
            assert await both(sheet, key, signed, message) == (True, True)
            for at in random.sample(range(64), 6):
                wrong = (
                    signed[:at] + bytes([signed[at] ^ 1 << random.randrange(8)]) + signed[at + 1 :]
                )
                assert await both(sheet, key, wrong, message) == (False, False)
            assert await both(sheet, key, signed, message + b"x") == (False, False)
            assert await both(sheet, signature()[0], signed, message) == (False, False)


async def test_a_signature_has_one_form_only(chromium: str):
    async with sheet_in(chromium) as sheet:
        key, signed, message = signature()
        other = int.from_bytes(signed[32:], "little") + ORDER
        again = signed[:32] + other.to_bytes(32, "little")
        assert await both(sheet, key, again, message) == (False, False)
        for wrong in (signed[:63], signed + b"\0", b""):
            assert await both(sheet, key, wrong, message) == (False, False)
        for no_key in (bytes(31) + b"\x80", b"\xff" * 32, (2**255 - 19).to_bytes(32, "little")):
            assert (await both(sheet, no_key, signed, message))[0] is False


async def test_a_browser_without_ed25519_judges_the_same(chromium: str):
    good = ledger().event(4)
    bad = good | {"checkpoint": good["checkpoint"].replace(b"\n9\n", b"\n8\n")}
    async with sheet_in(chromium) as sheet:
        await sheet.trust()
        with_it = [await sheet.outcome(zipped(files)) for files in (good, bad)]
        await sheet.forget()
        await sheet.page.evaluate("void (crypto.subtle.importKey = () => { throw new Error(); })")
        assert [await sheet.outcome(zipped(files)) for files in (good, bad)] == with_it
        assert [one["code"] for one in with_it] == [0, 1]


def packed(data: bytes, level: int, strategy: int) -> bytes:
    press = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return press.compress(data) + press.flush()


async def test_deflate_is_read_in_every_form(chromium: str):
    texts = [b"", b"a", b"abc" * 5000, os.urandom(70_000), bytes(66_000), "公开".encode() * 3000]
    async with sheet_in(chromium) as sheet:
        for data in texts:
            for level, strategy in (
                (0, 0),
                (1, 0),
                (9, 0),
                (9, zlib.Z_FIXED),
                (9, zlib.Z_HUFFMAN_ONLY),
            ):
                press = packed(data, level, strategy)
                found = await sheet.call(f"(data) => inflate(data, {len(data)})", press)
                assert bytes(found) == data
                for size in (len(data) + 1, max(0, len(data) - 1)):
                    wrong = await sheet.call(f"(data) => inflate(data, {size})", press)
                    assert wrong is None or size == len(data)


async def test_damaged_deflate_ends_and_gives_nothing_wrong(chromium: str):
    data = "关于公开一号通知的决定。".encode() * 40
    script = """(press, right) => {
        const odd = [];
        for (let at = 0; at < press.length; at++) for (let bit = 0; bit < 8; bit++) {
            const changed = press.slice();
            changed[at] ^= 1 << bit;
            const found = inflate(changed, right.length);
            if (found && found.length !== right.length) odd.push(at);
        }
        return odd;
    }"""
    async with sheet_in(chromium) as sheet:
        for level in (0, 1, 9):
            assert await sheet.call(script, packed(data, level, 0), data) == []
