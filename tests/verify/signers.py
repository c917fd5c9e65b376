"""The keys of these tests: a log, three witnesses, and the inspector's policy about them."""

from base64 import b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verify.tree import sha

ORIGIN = "gongkai.example.gov.cn/audit/110105/2026"
DAY = 1_763_740_800  # 2025-11-22 00:00 in Beijing
NOON = DAY + 43_200


@dataclass(frozen=True)
class Signer:
    """A log (kind 1) or a witness (kind 4)."""

    name: str
    kind: int
    seed: bytes

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha(self.seed))

    @property
    def _material(self) -> bytes:
        return bytes([self.kind]) + self._key.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self._material)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(self._material).decode()}"

    def line(self, signature: bytes) -> str:
        return f"— {self.name} {b64encode(self.id + signature).decode()}\n"

    def sign(self, body: str) -> str:
        return self.line(self._key.sign(body.encode()))

    def cosign(self, body: str, time: int) -> str:
        message = f"cosignature/v1\ntime {time}\n{body}".encode()
        return self.line(time.to_bytes(8, "big") + self._key.sign(message))


LOG = Signer(ORIGIN, 1, b"log")
UPPER = Signer("upper.example.gov.cn/witness", 4, b"upper")
DISCIPLINE = Signer("discipline.example.gov.cn/witness", 4, b"discipline")
ARCHIVES = Signer("archives.example.gov.cn/witness", 4, b"archives")

POLICY = (
    f"# 信任策略\nlog {LOG.vkey}\nwitness 上级 {UPPER.vkey}\nwitness 纪检 {DISCIPLINE.vkey}\n"
    f"witness 档案馆 {ARCHIVES.vkey}\ngroup 见证 2 上级 纪检 档案馆\nquorum 见证\n"
)
