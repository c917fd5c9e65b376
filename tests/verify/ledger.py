"""A small ledger of its own for these tests, and evidence of it by docs/evidence.md.

It shares no line with the verifier, with `tlog/` or with the audit service.
"""

import hmac
import io
import json
import zipfile
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.verify.signers import DAY, DISCIPLINE, LOG, UPPER, Signer
from tests.verify.tree import Hash, edge, lines, path, proof, root, sha

Files = dict[str, bytes]


@dataclass(frozen=True)
class Entry:
    """A leaf with what it commits to."""

    leaf: bytes
    record: bytes
    salt: bytes
    stream: str


def frame(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def record(stream: str, version: int, kind: str, data: dict[str, Any], **said: str) -> bytes:
    service = kind.partition(".")[0]
    headers = {
        "ce_specversion": "1.0", "ce_id": f"{stream}:{version}", "ce_type": kind,
        "ce_source": f"/{service}", "ce_time": "2025-11-22T03:04:05.123000+00:00",
        "ce_subject": stream, "ce_agency": "ag-1", "ce_actor": "p-wang", "ce_correlationid": "c-1",
        "ce_sequence": str(version), "ce_position": str(100 + version), **said,
    }  # fmt: skip
    parts = [part.encode() for item in sorted(headers.items()) for part in item]
    value = json.dumps(data, ensure_ascii=False).encode()
    return frame([stream.encode(), *parts, value])


def entry(stream: str, version: int, kind: str, data: dict[str, Any], **other: Any) -> Entry:
    """An entry whose leaf and record agree; `other` overrides fields of the leaf."""
    framed = record(stream, version, kind, data)
    salt = sha(f"salt {stream} {version}".encode())
    service = kind.partition(".")[0]
    fields = {
        "agg": stream.partition("-")[0], "alg": "hmac-sha256/1", "av": version,
        "id": f"{stream}:{version}", "kts": DAY * 1000 + 5_000, "org": "ag-1",
        "pc": urlsafe_b64encode(hmac.digest(salt, framed, "sha256")).decode().rstrip("="),
        "position": 100 + version, "ref": handle(stream.partition("-")[2]),
        "src": [f"gongkai.{service}", 3, 40 + version, 0], "svc": service,
        "t": "2025-11-22T03:04:05.123000+00:00", "type": kind, "v": 1, **other,
    }  # fmt: skip
    return Entry(canonical(fields), framed, salt, stream)


def handle(subject: str) -> str:
    return sha(f"handle {subject}".encode()).hex()


@dataclass
class Ledger:
    """Entries in order, and the proofs about them."""

    entries: list[Entry] = field(default_factory=list)
    log: Signer = LOG

    def hashes(self, size: int) -> list[Hash]:
        return [sha(b"\0" + one.leaf) for one in self.entries[:size]]

    def body(self, size: int) -> str:
        return f"{self.log.name}\n{size}\n{b64encode(root(self.hashes(size))).decode()}\n"

    def note(
        self, size: int, time: int = DAY + 43_200, by: tuple[Signer, ...] = (UPPER, DISCIPLINE)
    ) -> bytes:
        body = self.body(size)
        cosigned = "".join(one.cosign(body, time + 60 * at) for at, one in enumerate(by))
        return f"{body}\n{self.log.sign(body)}{cosigned}".encode()

    def base(self, claim: dict[str, Any], note: bytes | None = None) -> Files:
        size = len(self.entries)
        said = {"version": 1, "origin": self.log.name, "size": size, **claim}
        return {
            "evidence.json": canonical(said),
            "checkpoint": note or self.note(size),
            "README.zh.txt": "请用 gongkai_verify.py 核验".encode(),
        }

    def proved(self, index: int, note: bytes, *, content: bool = True) -> Files:
        one, place = self.entries[index], f"entries/{index}"
        hashes = path(index, self.hashes(len(self.entries)))
        head = f"c2sp.org/tlog-proof@v1\nindex {index}\n".encode()
        files = {
            f"{place}/leaf.json": one.leaf,
            f"{place}/proof.tlog-proof": head + lines(hashes) + b"\n" + note,
        }
        kept = {f"{place}/record.bin": one.record, f"{place}/salt.bin": one.salt}
        return {**files, **kept} if content else files

    def event(self, index: int, *also: int, erased: bool = False) -> Files:
        files = self.base({"kind": "event", "index": index})
        files |= self.proved(index, files["checkpoint"], content=not erased)
        return self.with_entries(files, *also)

    def with_entries(self, files: Files, *indexes: int) -> Files:
        return files | {
            n: d for i in indexes for n, d in self.proved(i, files["checkpoint"]).items()
        }

    def history(self, item: str, streams: dict[str, int]) -> Files:
        files = self.base({"kind": "history", "item": item, "streams": streams})
        mine = [at for at, one in enumerate(self.entries) if one.stream in streams]
        return self.with_entries(files, *mine)

    def stretch(self, first: int, end: int, **claim: Any) -> Files:
        """A range, or a day when `day` is given."""
        kind = "day" if "day" in claim else "range"
        files = self.base({"kind": kind, "first": first, "end": end, **claim})
        chosen = self.entries[first:end]
        files["edge"] = lines(edge(self.hashes(first)))
        files["leaves.bin"] = b"".join(packed(one.leaf) for one in chosen)
        sealed = [one.salt + one.record for one in chosen]
        files["records.bin"] = b"".join(len(part).to_bytes(4, "big") + part for part in sealed)
        if end < len(self.entries):
            files |= self.consistency(end)
        return files

    def consistency(self, old: int) -> Files:
        return {f"consistency/{old}": lines(proof(old, self.hashes(len(self.entries))))}

    def noted(self, size: int, time: int) -> Files:
        """A further note, with its proof."""
        return {f"notes/{size}": self.note(size, time), **self.consistency(size)}

    def export(self, folder: Path) -> Path:
        """The static dump, C2SP tlog-tiles."""
        size = len(self.entries)
        write(folder / "checkpoint", self.note(size))
        level, row = 0, self.hashes(size)
        for n, part in chunks([packed(one.leaf) for one in self.entries]):
            write(folder / tile("entries", n, len(part)), b"".join(part))
        while row:
            for n, part in chunks(row):
                write(folder / tile(str(level), n, len(part)), b"".join(part))
            row = [root(part) for _, part in chunks(row) if len(part) == 256]
            level += 1
        return folder


def packed(leaf: bytes) -> bytes:
    return len(leaf).to_bytes(2, "big") + leaf


def chunks(row: list[bytes]) -> list[tuple[int, list[bytes]]]:
    return [(at // 256, row[at : at + 256]) for at in range(0, len(row), 256)]


def tile(level: str, n: int, width: int) -> str:
    return f"tile/{level}/{n:03}" + (f".p/{width}" if width < 256 else "")


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def zipped(files: Files, *, stored: bool = False) -> bytes:
    """The same files give the same bytes."""
    out = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()
