#!/usr/bin/env python3
"""离线核验“公开”平台的台账证据。 Check evidence of the Gongkai ledger without the platform.

One file, Python 3.9+ and `cryptography`; it imports nothing of the project and needs no network.
Formats, rules and exit codes: docs/evidence.md. Keys come only from the inspector's own policy.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple, Optional
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.stderr.write("缺少密码库 cryptography。请先安装：python3 -m pip install cryptography\n")
    sys.exit(2)

SAFE = 2**53 - 1  # the largest number every program reads alike
MEBI = 1024 * 1024
UNPACKED = 256 * MEBI  # bytes of evidence, packed and unpacked
MEMBERS = 20_000
NOTE_BYTES, NOTE_SIGNATURES = 64 * 1024, 64
LEAF_BYTES = 65_535
TILE = 256  # hashes of a full tile
REMEMBERED = 1_000  # notes kept for each log
SHOWN = 20  # doubts of one kind that are spelled out
SKEW = 600  # seconds a broker's clock may differ from the witnesses' before it is mentioned
EVENING = "23:00:00"  # a day's last note is witnessed after this
BEIJING = timezone(timedelta(hours=8))
LATEST = 253_402_300_799  # POSIX seconds: the end of the year 9999

PROVED, FALSE, UNUSABLE, UNCOMPARED = 0, 1, 2, 3
CONFLICT, QUARANTINE, ERASURE = "audit.conflict.v1", "audit.quarantine.v1", "audit.erasure.v1"


class Broken(Exception):
    """A check failed: what is claimed is not so (不属实)."""


class Unusable(Exception):
    """It cannot be checked at all (无法核验)."""


class Report:
    """What is told to the inspector."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.doubts: list[str] = []
        self.uncompared: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def doubt(self, line: str) -> None:
        self.doubts.append(line)

    @property
    def code(self) -> int:
        return FALSE if self.doubts else UNCOMPARED if self.uncompared else PROVED

    @property
    def verdict(self) -> str:
        return {PROVED: "属实", FALSE: "有疑点", UNCOMPARED: "未比对"}[self.code]


# ---- small strict readers ------------------------------------------------------------------------


def number(text: str, what: str) -> int:
    """A decimal number without sign or leading zero, at most SAFE."""
    if not re.fullmatch("0|[1-9][0-9]{0,15}", text) or int(text) > SAFE:
        raise Unusable(f"{what}不是规范的数字")
    return int(text)


def unbase64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Unusable(f"{what}不是 base64") from error
    if base64.b64encode(data).decode() != text:
        raise Unusable(f"{what}不是规范的 base64")
    return data


def utf8(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusable(f"{what}不是 UTF-8 文本") from error


def hash_lines(data: bytes, what: str) -> list[bytes]:
    """Base64 hashes, one a line."""
    text = utf8(data, what)
    if text and not text.endswith("\n"):
        raise Unusable(f"{what}的最后一行不完整")
    hashes = [unbase64(line, what) for line in text.split("\n")[:-1]]
    if len(hashes) > 64 or any(len(value) != 32 for value in hashes):
        raise Unusable(f"{what}不是散列值清单")
    return hashes


def _constant(name: str) -> Any:
    raise ValueError(name)


def json_object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(utf8(data, what), parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{what}不是 JSON") from error
    if type(value) is not dict:
        raise Unusable(f"{what}不是 JSON 对象")
    return value


def printable(text: str) -> str:
    """Text from outside cannot move the cursor, change direction or fake further lines."""
    return re.sub(
        "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", "\ufffd", text
    )


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# ---- the tree (RFC 6962) -------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def extends(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 2.1.4.2: the tree of `new` leaves begins with that of `old`."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


class Tree:
    """A tree that grows: only the roots of its complete subtrees are kept, left-most first."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if len(edge) != bin(size).count("1"):
            raise Broken("edge 的散列值个数与起点不符")
        self.size = size
        self._edge = list(edge)

    def append(self, node: bytes) -> None:
        bits, edge = self.size, self._edge
        while bits & 1:
            node, bits = node_hash(edge.pop(), node), bits >> 1
        edge.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self._edge:
            return hashlib.sha256().digest()
        node = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            node = node_hash(left, node)
        return node


# ---- notes and the inspector's policy ------------------------------------------------------------


class Key(NamedTuple):
    """One verifier key (vkey). `kind` is 1 for logs, 4 for witnesses."""

    name: str
    id: bytes
    kind: int
    public: bytes

    def verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_of(vkey: str, kind: int) -> Key:
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]) or not re.fullmatch(r"[^\s+]+", parts[0]):
        raise Unusable(f"公钥写法不对：{vkey}")
    name, material = parts[0], unbase64(parts[2], "公钥")
    if len(material) != 33 or material[0] != kind:
        raise Unusable(f"公钥 {name} 的算法不受支持，或不是{'见证人' if kind == 4 else '台账'}的公钥")
    mark = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if mark.hex() != parts[1]:
        raise Unusable(f"公钥 {name} 的编号与公钥不符")
    return Key(name, mark, kind, material[1:])


class Policy:
    """Which logs count, which witnesses, and how many of them (C2SP tlog-policy)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum: str | None = None
        self._taken: set[str] = set()
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", text):
            raise Unusable("信任策略含有控制字符")
        for line in text.split("\n"):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                self._read(words)
        if self.quorum is None:
            raise Unusable("信任策略没有写 quorum（见证法定数）")

    def _read(self, words: list[str]) -> None:
        kind, count = words[0], len(words)
        if kind == "log" and count in (2, 3):
            self._unlike(key := key_of(words[1], 1), self.logs)
            self.logs.append(key)
        elif kind == "witness" and count in (3, 4):
            self._unlike(key := key_of(words[2], 4), self.witnesses.values())
            self.witnesses[self._new(words[1])] = key
        elif kind == "group" and count >= 4:
            self._group(words[1], words[2], words[3:])
        elif kind == "quorum" and count == 2 and self.quorum is None and self._quorate(words[1]):
            self.quorum = words[1]
        else:
            raise Unusable(f"信任策略中有一行读不懂：{' '.join(words)}")

    def _quorate(self, name: str) -> bool:
        return name == "none" or name in self.witnesses or name in self.groups

    def _new(self, name: str) -> str:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Unusable(f"信任策略中名称重复：{name}")
        return name

    @staticmethod
    def _unlike(key: Key, others: Iterable[Key]) -> None:
        if any(key.public == other.public or key[:2] == other[:2] for other in others):
            raise Unusable(f"信任策略中公钥重复：{key.name}")

    def _group(self, name: str, rule: str, members: list[str]) -> None:
        for member in members:
            if member == "none" or not self._quorate(member) or member in self._taken:
                raise Unusable(f"信任策略中分组 {name} 的成员不对：{member}")
            self._taken.add(member)
        least = {"any": 1, "all": len(members)}.get(rule) or number(rule, f"分组 {name} 的个数")
        if not 1 <= least <= len(members):
            raise Unusable(f"信任策略中分组 {name} 的个数不对")
        self.groups[self._new(name)] = (least, members)

    def reached(self, cosigned: Iterable[str]) -> bool:
        """Whether these witnesses are a quorum."""
        names = set(cosigned)
        return self.quorum == "none" or self._met(str(self.quorum), names)

    def _met(self, name: str, names: set[str]) -> bool:
        if name in self.witnesses:
            return name in names
        least, members = self.groups[name]
        return sum(self._met(member, names) for member in members) >= least

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return " ".join(digest[at : at + 4] for at in range(0, 64, 4))


class Known(NamedTuple):
    """A tree, and the note that says so."""

    size: int
    root: bytes
    note: str


class Note(NamedTuple):
    """A checkpoint signed by its log. `times`: when each witness first and last cosigned it."""

    raw: bytes
    origin: str
    size: int
    root: bytes
    times: dict[str, tuple[int, int]]
    existed_by: int | None
    not_before: int | None
    quorum: bool

    @property
    def known(self) -> Known:
        return Known(self.size, self.root, self.raw.decode("utf-8"))


def open_note(raw: bytes, policy: Policy, what: str) -> Note:
    """Raises Broken when no trusted log signed it, or a signature of a known key is false."""
    body, origin, size, root = _checkpoint(raw, what)
    signed = False
    times: dict[str, tuple[int, int]] = {}
    for name, signature in _signatures(raw, body, what):
        for key in policy.logs:
            if key[:2] == (name, signature[:4]) and name == origin:
                if not key.verifies(signature[4:], body):
                    raise Broken(f"{what}：台账 {name} 的签名不对")
                signed = True
        for witness, key in policy.witnesses.items():
            if key[:2] == (name, signature[:4]):
                seconds = _cosigned(key, signature, body, what)
                first, last = times.get(witness, (seconds, seconds))
                times[witness] = min(first, seconds), max(last, seconds)
    if not signed:
        raise Broken(f"{what}：没有您信任的台账的签名（{origin}）")
    return Note(raw, origin, size, root, times, *_times(policy, times), policy.reached(times))


def good_note(raw: bytes, policy: Policy, what: str) -> Note:
    note = open_note(raw, policy, what)
    if not note.quorum:
        names = "、".join(note.times) or "无"
        raise Broken(f"{what}：见证未达法定数（已见证：{names}）")
    return note


def _checkpoint(raw: bytes, what: str) -> tuple[bytes, str, int, bytes]:
    text = utf8(raw, what)
    if len(raw) > NOTE_BYTES or re.search("[\x00-\x09\x0b-\x1f]", text):
        raise Unusable(f"{what}不是签名存档点")
    body, found, _ = text.rpartition("\n\n")
    lines = body.split("\n")
    if not found or len(lines) != 3 or not lines[0]:
        raise Unusable(f"{what}不是签名存档点")
    root = unbase64(lines[2], f"{what}的根")
    if len(root) != 32:
        raise Unusable(f"{what}的根不是 32 字节")
    return (body + "\n").encode(), lines[0], number(lines[1], f"{what}的大小"), root


def _signatures(raw: bytes, body: bytes, what: str) -> Iterator[tuple[str, bytes]]:
    text = raw[len(body) + 1 :].decode("utf-8")
    lines = text.split("\n")
    if lines.pop() != "" or not 1 <= len(lines) <= NOTE_SIGNATURES:
        raise Unusable(f"{what}的签名行不完整")
    for line in lines:
        match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)", line)
        signature = unbase64(match.group(2), f"{what}的签名") if match else b""
        if not match or len(signature) < 5:
            raise Unusable(f"{what}的签名行写法不对")
        yield match.group(1), signature


def _cosigned(key: Key, signature: bytes, body: bytes, what: str) -> int:
    """The time of a cosignature (POSIX seconds)."""
    seconds = int.from_bytes(signature[4:12], "big")
    message = b"cosignature/v1\ntime %d\n" % seconds + body
    if len(signature) != 76 or seconds > LATEST or not key.verifies(signature[12:], message):
        raise Broken(f"{what}：见证人 {key.name} 的签名不对")
    return seconds


def _times(policy: Policy, times: dict[str, tuple[int, int]]) -> tuple[int | None, int | None]:
    """(existed by, not before): a quorum had seen it at the first, and nothing larger at the second."""
    if policy.quorum == "none":
        return None, None
    every = [at for both in times.values() for at in both]
    by = [t for t in every if policy.reached(w for w, (first, _) in times.items() if first <= t)]
    after = [t for t in every if policy.reached(w for w, (_, last) in times.items() if last >= t)]
    return min(by, default=None), max(after, default=None)


def told(report: Report, note: Note, policy: Policy) -> None:
    report.say(f"台账：{note.origin}")
    report.say(f"存档点：共 {note.size} 条，根 {b64(note.root)}")
    seen = "；".join(f"{name} {moment(at)}" for name, (at, _) in sorted(note.times.items()))
    rule = "信任策略不要求见证" if policy.quorum == "none" else f"法定数 {policy.quorum}：已达到"
    report.say(f"见证：{seen or '无'}（{rule}）")


# ---- leaves and records --------------------------------------------------------------------------

TEXTS = ("agg", "alg", "id", "org", "pc", "ref", "svc", "t", "type")
NUMBERS = ("av", "kts", "position", "v")


class Leaf(NamedTuple):
    """What a leaf says."""

    at: int
    id: str
    type: str
    svc: str
    org: str
    t: str
    av: int
    position: int
    kts: int
    ref: str
    pc: str
    src: list[Any]
    stream: str

    @property
    def plain(self) -> bool:
        """Neither a conflict nor a quarantined record."""
        return self.type not in (CONFLICT, QUARANTINE)


def leaf_of(data: bytes, index: int) -> Leaf:
    """Raises Broken when it is no leaf of version 1, written in the one canonical way."""
    try:
        said = json.loads(data.decode("utf-8"))
        written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Broken(f"第 {index} 条的格式无法识别") from error
    if type(said) is not dict or written != data or set(said) != {*TEXTS, *NUMBERS, "src"}:
        raise Broken(f"第 {index} 条的格式无法识别")
    texts = all(type(said[key]) is str for key in TEXTS)
    numbers = all(type(said[key]) is int and 0 <= said[key] <= SAFE for key in NUMBERS)
    source = said["src"]
    place = type(source) is list and [type(part) for part in source] == [str, int, int, int]
    if (
        not (texts and numbers and place)
        or said["v"] != 1
        or said["alg"] != "hmac-sha256/1"
        or said["kts"] > LATEST * 1000
    ):
        raise Broken(f"第 {index} 条的版本或字段无法识别")
    event = said["id"].rpartition("!")[0] if said["type"] == CONFLICT else said["id"]
    stream = event.rpartition(":")[0]
    leaf = Leaf(
        index, said["id"], said["type"], said["svc"], said["org"], said["t"], said["av"], said["position"],
        said["kts"], said["ref"], said["pc"], source, stream,
    )  # fmt: skip
    agree = event == f"{stream}:{leaf.av}" and stream.partition("-")[0] == said["agg"] != "" and leaf.av > 0
    if not agree or source[0] != f"gongkai.{leaf.svc}" or not re.fullmatch("[0-9a-f]{64}", leaf.ref):
        raise Broken(f"第 {index} 条的字段互不相符")
    return leaf


class Record(NamedTuple):
    """The original message."""

    actor: str
    correlation: str
    text: str
    data: dict[str, Any]


def record_of(leaf: Leaf, salt: bytes, frame: bytes) -> Record:
    """Raises Broken when it is not what the leaf commits to, or says something else than the leaf."""
    mac = hmac.new(salt, frame, "sha256").digest()
    committed = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    if len(salt) != 32 or committed != leaf.pc:
        raise Broken(f"第 {leaf.at} 条的原始消息与承诺值不符：内容不是当时入账的内容")
    if leaf.type == QUARANTINE:
        place = "/".join(str(part) for part in leaf.src)
        if (leaf.id, leaf.org, leaf.position) != (f"quarantine-{place}:1", "-", 0):
            raise Broken(f"第 {leaf.at} 条的字段互不相符")
        return Record("-", "-", "（无法识别的消息）", {})
    return _message(leaf, frame)


def _message(leaf: Leaf, frame: bytes) -> Record:
    parts = _parts(frame)
    if len(parts) < 2 or len(parts) % 2:
        raise Broken(f"第 {leaf.at} 条的原始消息结构不对")
    words = [utf8(part, f"第 {leaf.at} 条的原始消息") for part in parts]
    names, values = words[1:-1:2], words[2:-1:2]
    if names != sorted(set(names)) or not all(name.startswith("ce_") for name in names):
        raise Broken(f"第 {leaf.at} 条的原始消息结构不对")
    said = dict(zip(names, values))
    mark = f"!{hashlib.sha256(frame).hexdigest()[:16]}" if leaf.type == CONFLICT else ""
    expected = {
        "ce_id": leaf.id[: len(leaf.id) - len(mark)], "ce_agency": leaf.org, "ce_time": leaf.t,
        "ce_subject": leaf.stream, "ce_type": leaf.type,
    }  # fmt: skip
    if mark:
        expected.pop("ce_type")
    same = all(said.get(name) == value for name, value in expected.items())
    counts = [_count(said.get("ce_sequence")), _count(said.get("ce_position"))] == [leaf.av, leaf.position]
    ours = said.get("ce_type", "").startswith(f"{leaf.svc}.") and words[0] == leaf.stream
    known = "ce_actor" in said and "ce_correlationid" in said
    if not (same and counts and ours and known and leaf.id.endswith(mark)):
        raise Broken(f"第 {leaf.at} 条的原始消息与条目所写不符")
    data = json_object(parts[-1], f"第 {leaf.at} 条的原始消息内容")
    return Record(said["ce_actor"], said["ce_correlationid"], words[-1], data)


def _parts(frame: bytes) -> list[bytes]:
    """The parts of a frame, each with its length before it; none when it is no frame."""
    parts, at = [], 0
    while at < len(frame):
        end = at + 4 + int.from_bytes(frame[at : at + 4], "big")
        if at + 4 > len(frame) or end > len(frame):
            return []
        parts.append(frame[at + 4 : end])
        at = end
    return parts


def _count(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,15}", text) else -1


def item_of(leaf: Leaf, record: Record) -> Any:
    """The item (公开事项) that a record names."""
    subject = record.data.get("subject")
    if type(subject) is dict and subject.get("type") == "ITEM":
        return subject.get("id")
    category, _, own = leaf.stream.partition("-")
    return record.data.get("itemId") or (own if category == "item" else None)


# ---- the evidence ZIP ----------------------------------------------------------------------------

NUMBER = "(?:0|[1-9][0-9]{0,15})"
NAMES = re.compile(
    "evidence[.]json|checkpoint|README[.]zh[.]txt|edge|leaves[.]bin|records[.]bin"
    f"|(?:consistency|notes)/{NUMBER}|entries/{NUMBER}/(?:leaf[.]json|proof[.]tlog-proof|record[.]bin|salt[.]bin)"
)
ANY = "zip"  # whatever kind the ZIP says it is
CLAIMS = {
    "event": {"index"},
    "history": {"item", "streams"},
    "range": {"first", "end"},
    "day": {"first", "end", "day"},
}


def unzip(path: Path) -> dict[str, bytes]:
    """The files of an evidence ZIP. Nothing is written to disk. Raises Unusable."""
    try:
        if path.stat().st_size > UNPACKED:
            raise Unusable("证据包过大（超过 256 MiB）")
        with zipfile.ZipFile(path) as archive:
            _allowed(archive)
            files = {info.filename: archive.read(info) for info in archive.infolist()}
            if any(len(files[info.filename]) != info.file_size for info in archive.infolist()):
                raise Unusable("证据包中文件的大小与所写不符")
            return files
    except OSError as error:
        raise Unusable(f"无法读取 {path}：{error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unusable(f"不是完好的 ZIP 证据包：{error}") from error


def _allowed(archive: zipfile.ZipFile) -> None:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > MEMBERS or sum(info.file_size for info in infos) > UNPACKED:
        raise Unusable("证据包的文件过多或解开后过大，拒绝打开")
    if len(set(names)) != len(names):
        raise Unusable("证据包中有同名文件")
    if archive.comment or not infos or min(info.header_offset for info in infos):
        raise Unusable("证据包为空，或带有附注、夹带其他内容")
    for info in infos:
        if not NAMES.fullmatch(info.filename) or info.orig_filename != info.filename:
            raise Unusable(f"证据包中有不认识的文件：{info.filename}")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unusable(f"证据包中 {info.filename} 已加密或压缩方法不受支持")


class Held(NamedTuple):
    """An entry whose place in the ledger is proved; without a record when its content is gone."""

    leaf: Leaf
    record: Record | None


class Evidence:
    """The files of a ZIP, read and proved against its checkpoint."""

    def __init__(self, files: dict[str, bytes], kind: str, policy: Policy) -> None:
        self.files = files
        self.note = good_note(self.file("checkpoint"), policy, "存档点")
        self.claim = self._claim(kind)
        self.proofs = {
            number(name[12:], name): hash_lines(files[name], name)
            for name in files if name.startswith("consistency/")
        }  # fmt: skip
        self.notes = sorted([self.note, *self._further(policy)], key=lambda note: note.size)
        self.held = [self._entry(index) for index in self._indexes()]

    def file(self, name: str) -> bytes:
        if name not in self.files:
            raise Unusable(f"证据包缺少文件 {name}")
        return self.files[name]

    def _claim(self, kind: str) -> dict[str, Any]:
        claim = json_object(self.file("evidence.json"), "evidence.json")
        known = claim.get("kind")
        if claim.get("version") != 1 or type(known) is not str or known not in CLAIMS:
            raise Unusable("evidence.json 的版本或种类不受支持")
        if kind not in (known, ANY):
            raise Unusable(f"这是 {known} 证据包，请用 {known} 命令核验")
        if set(claim) != {"version", "kind", "origin", "size"} | CLAIMS[known]:
            raise Unusable("evidence.json 的字段不对")
        if any(
            type(claim[key]) is not int
            for key in ("version", "size", *({"index", "first", "end"} & set(claim)))
        ):
            raise Unusable("evidence.json 的数字不对")
        if (claim["origin"], claim["size"]) != (self.note.origin, self.note.size):
            raise Broken("evidence.json 所说的台账与存档点不是同一个")
        return claim

    def _further(self, policy: Policy) -> Iterator[Note]:
        """The notes besides the checkpoint; every consistency proof must lead from something here."""
        for name in [name for name in self.files if name.startswith("notes/")]:
            note = good_note(self.files[name], policy, name)
            if (note.origin, note.size) != (self.note.origin, number(name[6:], name)):
                raise Broken(f"{name} 不是这个台账的该存档点")
            self.leads(note.size, note.root, name)
            yield note

    def leads(self, size: int, root: bytes, what: str) -> None:
        """Raises Broken unless the tree (size, root) is the beginning of the checkpoint's."""
        if size not in self.proofs:
            raise Unusable(f"证据包缺少文件 consistency/{size}")
        if not extends(size, self.note.size, root, self.note.root, self.proofs[size]):
            raise Broken(f"{what}与存档点不一致：历史被改写")

    def _indexes(self) -> list[int]:
        return sorted(
            {number(name.split("/")[1], name) for name in self.files if name.startswith("entries/")}
        )

    def _entry(self, index: int) -> Held:
        place = f"entries/{index}"
        data = self.file(f"{place}/leaf.json")
        proof = _inclusion(self.file(f"{place}/proof.tlog-proof"), index, self.note.raw)
        if not includes(index, self.note.size, leaf_hash(data), proof, self.note.root):
            raise Broken(f"第 {index} 条不在台账中，或内容被改动")
        leaf = leaf_of(data, index)
        record = self.files.get(f"{place}/record.bin")
        salt = self.files.get(f"{place}/salt.bin")
        if record is None and salt is None:
            return Held(leaf, None)
        if record is None or salt is None:
            raise Unusable(f"证据包中 {place} 的 record.bin 与 salt.bin 缺一")
        return Held(leaf, record_of(leaf, salt, record))


def _inclusion(data: bytes, index: int, checkpoint: bytes) -> list[bytes]:
    """The hashes of a tlog-proof@v1 that belongs to this index and checkpoint."""
    start = b"c2sp.org/tlog-proof@v1\nindex %d\n" % index
    head, found, rest = data.partition(b"\n\n")
    if not found or rest != checkpoint or not (head + b"\n").startswith(start):
        raise Broken(f"第 {index} 条的证明不属于这个存档点")
    return hash_lines((head + b"\n")[len(start) :], f"第 {index} 条的证明")


def erasures(held: Iterable[Held]) -> dict[str, list[int]]:
    """Of each subject's handle: the entries that decide to destroy its content."""
    found: dict[str, list[int]] = {}
    for leaf, record in held:
        handles = record.data.get("handles") if record else None
        if leaf.type == ERASURE and type(handles) is list:
            for handle in handles:
                if type(handle) is str:
                    found.setdefault(handle, []).append(leaf.at)
    return found


def erased(leaf: Leaf, decided: dict[str, list[int]]) -> int:
    """The first entry after this one that decided to destroy its content. Raises Broken: there is none."""
    later = [index for index in decided.get(leaf.ref, []) if index > leaf.at]
    if not later:
        raise Broken(f"第 {leaf.at} 条的内容缺失，台账中没有销毁它的决定：疑为篡改")
    return min(later)


def only(evidence: Evidence, wanted: set[int]) -> None:
    """Raises Unusable when the ZIP holds entries that nothing claimed is about."""
    extra = sorted({held.leaf.at for held in evidence.held} - wanted)
    if extra:
        raise Unusable(f"证据包中有多余的条目：第 {extra[0]} 条")


# ---- what each kind proves -----------------------------------------------------------------------


def check_event(evidence: Evidence, report: Report) -> None:
    index = evidence.claim["index"]
    found = [held for held in evidence.held if held.leaf.at == index]
    if not found:
        raise Unusable(f"证据包中没有第 {index} 条")
    leaf, record = found[0]
    wanted = {index}
    report.say(f"第 {index} 条：{leaf.id}")
    if record is None:
        wanted.add(erased(leaf, erasures(evidence.held)))
        report.say(f"入账属实，内容已依法销毁（第 {max(wanted)} 条）")
    only(evidence, wanted)
    report.say(f"类型：{leaf.type}")
    report.say(f"机关：{leaf.org}")
    report.say(f"办理人：{record.actor if record else '（已销毁）'}")
    report.say(f"时间：{leaf.t}（办理服务自述）")
    window(report, evidence.notes, leaf)
    if record:
        report.say(f"原始消息与承诺值相符，内容：{record.text}")
    odd(report, leaf)


def window(report: Report, notes: Sequence[Note], leaf: Leaf) -> None:
    """When the witnesses first saw the entry."""
    before = [note.not_before for note in notes if note.size <= leaf.at and note.not_before is not None]
    after = [note.existed_by for note in notes if note.size > leaf.at and note.existed_by is not None]
    if not after:
        report.say("见证时间窗：没有见证，时间只是平台自述")
        return
    early = f"{moment(max(before))} 之后，" if before else ""
    report.say(f"见证时间窗：{early}{moment(min(after))} 之前入账（北京时间）")
    if leaf.kts // 1000 > min(after) + SKEW or (before and leaf.kts // 1000 < max(before) - SKEW):
        report.say(f"提示：消息队列所记时间 {moment(leaf.kts // 1000)} 在见证时间窗之外")


def odd(report: Report, leaf: Leaf) -> None:
    if leaf.type == CONFLICT:
        report.doubt(f"第 {leaf.at} 条：同一编号出现不同内容（{leaf.id}）")
    if leaf.type == QUARANTINE:
        report.doubt(f"第 {leaf.at} 条：无法识别的消息")


def check_history(evidence: Evidence, report: Report) -> None:
    item, streams = evidence.claim["item"], evidence.claim["streams"]
    if type(item) is not str or type(streams) is not dict or not streams:
        raise Unusable("evidence.json 的事项或流不对")
    own = [held for held in evidence.held if held.leaf.stream in streams]
    wanted = {held.leaf.at for held in own}
    report.say(f"事项：{item}")
    decided = erasures(evidence.held)
    for leaf, record in own:
        gone = None if record else erased(leaf, decided)
        if gone is not None:
            wanted.add(gone)
        says = (
            f"内容已依法销毁（第 {gone} 条）"
            if gone is not None
            else f"办理人 {record.actor if record else ''}"
        )
        report.say(
            f"第 {leaf.at} 条  {leaf.stream} 第 {leaf.av} 版  {leaf.type}  机关 {leaf.org}  {says}  {leaf.t}"
        )
        odd(report, leaf)
    only(evidence, wanted)
    for stream, last in sorted(streams.items()):
        complete(report, stream, last, [held.leaf for held in own if held.leaf.stream == stream])
        about(item, stream, own)


def complete(report: Report, stream: str, last: Any, leaves: Sequence[Leaf]) -> None:
    """Raises Broken unless the versions run from 1 to `last` without a gap."""
    versions = [leaf.av for leaf in leaves if leaf.plain]
    if type(last) is not int or sorted(versions) != list(range(1, last + 1)) or not versions:
        raise Broken(f"{stream} 的版次不全：应为第 1 至 {last} 版，现有 {len(versions)} 版")
    if versions != sorted(versions):
        report.doubt(f"{stream} 的版次先后与入账先后不一致")
    report.say(f"{stream}：第 1 至 {last} 版，无缺号")


def about(item: str, stream: str, own: Sequence[Held]) -> None:
    """Raises Broken when the stream has nothing to do with the item. What is erased cannot tell."""
    mine = [held for held in own if held.leaf.stream == stream]
    named = any(held.record and item_of(held.leaf, held.record) == item for held in mine)
    gone = any(held.record is None for held in mine)
    if not (named or gone):
        raise Broken(f"{stream} 与事项 {item} 无关")


def check_range(evidence: Evidence, report: Report) -> None:
    first, end, size = evidence.claim["first"], evidence.claim["end"], evidence.note.size
    if not 0 <= first < end <= size:
        raise Unusable("evidence.json 的起止不对")
    tree = Tree(first, hash_lines(evidence.file("edge"), "edge"))
    edge_root = tree.root
    leaves = leaves_of(evidence.file("leaves.bin"), end - first, "leaves.bin")
    for data in leaves:
        tree.append(leaf_hash(data))
    if end == size and tree.root != evidence.note.root:
        raise Broken(f"第 {first} 至 {end - 1} 条与存档点不符：条目被改动、增加或删去")
    if end < size:
        evidence.leads(end, tree.root, f"第 {first} 至 {end - 1} 条")
    for note in evidence.notes:
        if note.size in (first, end) and note.root != (edge_root if note.size == first else tree.root):
            raise Broken(f"notes/{note.size} 与条目不符")
    held = contents(evidence, first, leaves)
    report.say(f"第 {first} 至 {end - 1} 条，共 {end - first} 条，连续无缺")
    tally(report, Counter(each.leaf.type for each in held))
    judge_contents(evidence, report, held)


def leaves_of(data: bytes, count: int, what: str) -> list[bytes]:
    """The leaves of an entry bundle. Raises Broken unless there are exactly `count`."""
    leaves, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        leaves.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(leaves) != count or b"" in leaves:
        raise Broken(f"{what} 的条目不完整")
    return leaves


def contents(evidence: Evidence, first: int, leaves: Sequence[bytes]) -> list[Held]:
    read = [leaf_of(data, first + at) for at, data in enumerate(leaves)]
    if "records.bin" not in evidence.files:
        return [Held(leaf, None) for leaf in read]
    data, at, held = evidence.files["records.bin"], 0, []
    for leaf in read:
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if at + 4 > len(data) or end > len(data):
            raise Broken("records.bin 不完整")
        sealed = data[at + 4 : end]
        held.append(Held(leaf, record_of(leaf, sealed[:32], sealed[32:]) if sealed else None))
        at = end
    if at != len(data):
        raise Broken("records.bin 有多余内容")
    return held


def judge_contents(evidence: Evidence, report: Report, held: Sequence[Held]) -> None:
    if "records.bin" not in evidence.files:
        only(evidence, set())
        report.say("未附原始消息：只核验了条目")
        return
    decided = erasures([*held, *evidence.held])
    gone = [erased(each.leaf, decided) for each in held if each.record is None]
    only(evidence, set(gone))
    report.say(f"原始消息与承诺值相符：{len(held) - len(gone)} 条；内容已依法销毁：{len(gone)} 条")


def tally(report: Report, counts: dict[str, int]) -> None:
    for kind, count in sorted(counts.items()):
        report.say(f"  {kind}：{count} 条")
    if CONFLICT in counts or QUARANTINE in counts:
        report.say("提示：其中有同一编号出现不同内容或无法识别的条目，请逐条核查")


def check_day(evidence: Evidence, report: Report) -> None:
    day, first, end = evidence.claim["day"], evidence.claim["first"], evidence.claim["end"]
    if type(day) is not str or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise Unusable("evidence.json 的日期不对")
    report.say(f"日期：{day}（北京时间）")
    check_range(evidence, report)
    notes = {note.size: note for note in evidence.notes}
    if end not in notes or (first and first not in notes):
        raise Unusable("证据包缺少当日或前一日的存档点")
    last, before = notes[end].existed_by, notes[first].existed_by if first else None
    if last is None:
        report.uncompared.append("信任策略不要求见证，日期只是平台自述")
        return
    if moment(last)[:10] != day or (before is not None and moment(before)[:10] >= day):
        raise Broken(f"存档点的见证时间不是 {day} 这一天的起止")
    start = moment(before) if before is not None else "台账开始"
    report.say(f"自 {start} 至 {moment(last)}，全部条目均在此")
    if moment(last)[11:] < EVENING:
        report.uncompared.append(
            f"证据只到当日 {moment(last)[11:]}，此后的条目不在其中：请另取当日最后的存档点"
        )


CHECKS: dict[str, Callable[[Evidence, Report], None]] = {
    "event": check_event,
    "history": check_history,
    "range": check_range,
    "day": check_day,
}


# ---- a dump or the live log ----------------------------------------------------------------------


class Log:
    """Reads a static export or a live log; nothing it gives is believed until it fits a checkpoint."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.size = 0  # of its checkpoint, once read
        self._web = bool(re.match("https?://", place))
        self._tiles: dict[tuple[int, int, int], bytes] = {}

    def read(self, name: str, most: int) -> bytes | None:
        """A file of at most `most` bytes, None when there is none. Raises Unusable."""
        try:
            if self._web:
                url = f"{self.place.rstrip('/')}/{name}"  # http or https
                request = Request(url, headers={"User-Agent": "gongkai-verify"})  # noqa: S310
                with urlopen(request, timeout=30) as answer:  # noqa: S310
                    data: bytes = answer.read(most + 1)
            else:
                with open(Path(self.place) / name, "rb") as file:
                    data = file.read(most + 1)
        except HTTPError as error:
            if error.code in (404, 410):
                return None
            raise Unusable(f"无法读取 {name}：{error}") from error
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (URLError, OSError, ValueError) as error:
            raise Unusable(f"无法读取 {self.place} 的 {name}：{error}") from error
        if len(data) > most:
            raise Unusable(f"{name} 过大")
        return data

    def checkpoint(self, policy: Policy) -> Note:
        raw = self.read("checkpoint", NOTE_BYTES)
        if raw is None:
            raise Unusable(f"{self.place} 没有 checkpoint")
        note = good_note(raw, policy, "checkpoint")
        self.size = note.size
        return note

    def tile(self, level: int, n: int, width: int) -> bytes:
        """`width` hashes of a tile."""
        key = (level, n, width)
        if key not in self._tiles:
            data = self._part(str(level), n, width, self.size >> 8 * level, 32 * TILE)
            self._tiles[key] = data[: 32 * width]
        return self._tiles[key]

    def entries(self, n: int, width: int) -> list[bytes]:
        """`width` leaves of an entry bundle."""
        data = self._part("entries", n, width, self.size, (LEAF_BYTES + 2) * TILE)
        return leaves_of(first_leaves(data, width), width, f"tile/entries/{tile_name(n)}")

    def _part(self, level: str, n: int, width: int, there: int, most: int) -> bytes:
        path = f"tile/{level}/{tile_name(n)}"
        names = [path] if width == TILE else [f"{path}.p/{width}", path]
        if width < there - n * TILE < TILE:
            names.append(f"{path}.p/{there - n * TILE}")
        for name in names:
            data = self.read(name, most)
            if data is not None:
                return data
        raise Unusable(f"缺少 {names[0]}")


def tile_name(n: int) -> str:
    """1234067 is x001/x234/067."""
    name, n = f"{n % 1000:03}", n // 1000
    while n:
        name, n = f"x{n % 1000:03}/{name}", n // 1000
    return name


def first_leaves(bundle: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at += 2 + int.from_bytes(bundle[at : at + 2], "big")
    return bundle[:at]


def consistency(log: Log, old: int, new: int) -> list[bytes]:
    """RFC 6962 2.1.2, from tiles."""

    def tree(low: int, high: int) -> bytes:
        span = high - low
        if span & (span - 1) == 0:
            height = span.bit_length() - 1
            level, at = height // 8, low >> height // 8 * 8
            n, start = divmod(at, TILE)
            tile = log.tile(level, n, min(TILE, (new >> 8 * level) - n * TILE))
            row = [tile[i : i + 32] for i in range(32 * start, 32 * (start + (1 << height % 8)), 32)]
            return fold(row)
        middle = low + split(span)
        return node_hash(tree(low, middle), tree(middle, high))

    def path(count: int, low: int, high: int, whole: bool) -> list[bytes]:
        if count == high - low:
            return [] if whole else [tree(low, high)]
        middle = low + split(high - low)
        if low + count <= middle:
            return [*path(count, low, middle, whole), tree(middle, high)]
        return [*path(count - (middle - low), middle, high, False), tree(low, middle)]

    return path(old, 0, new, True)


def split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def fold(row: list[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


class Scan:
    """Recomputes a log from its entry bundles, compares every tile, and knows the root at some sizes."""

    def __init__(self, log: Log, size: int, marks: Iterable[int]) -> None:
        self._log, self._size = log, size
        self._rows: list[list[bytes]] = []
        self._filled: list[int] = []
        self._tree = Tree()
        self._marks = {*marks, size}
        self.roots: dict[int, bytes] = {}

    def leaves(self) -> Iterator[bytes]:
        """Every leaf in order; raises Broken at the first tile that differs."""
        for start in range(0, self._size, TILE):
            for leaf in self._log.entries(start // TILE, min(TILE, self._size - start)):
                node = leaf_hash(leaf)
                self._tree.append(node)
                if self._tree.size in self._marks:
                    self.roots[self._tree.size] = self._tree.root
                self._push(0, node)
                yield leaf
        for level, row in enumerate(self._rows):
            if row:
                self._compare(level, row)

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self._rows):
            self._rows.append([])
            self._filled.append(0)
        row = self._rows[level]
        row.append(node)
        if len(row) == TILE:
            self._compare(level, row)
            self._rows[level] = []
            self._filled[level] += 1
            self._push(level + 1, fold(row))

    def _compare(self, level: int, row: list[bytes]) -> None:
        n = self._filled[level]
        if self._log.tile(level, n, len(row)) != b"".join(row):
            raise Broken(f"tile/{level}/{tile_name(n)} 与条目不符")


class Streams:
    """Versions of each stream, as the leaves come. What comes late closes its gap."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._missing: dict[str, set[int]] = {}
        self._twice: list[int] = []
        self.late = 0

    def feed(self, leaf: Leaf) -> None:
        if not leaf.plain:
            return
        last = self._last.get(leaf.stream, 0)
        if leaf.av > last:
            skipped = range(last + 1, min(leaf.av, last + REMEMBERED))
            if skipped:
                self._missing.setdefault(leaf.stream, set()).update(skipped)
            self._last[leaf.stream] = leaf.av
        elif leaf.av in self._missing.get(leaf.stream, ()):
            self.late += 1
            self._missing[leaf.stream].discard(leaf.av)
        else:
            self._twice.append(leaf.at)

    def tell(self, report: Report) -> None:
        report.say(f"共 {len(self._last)} 个事件流")
        for stream, versions in sorted(self._missing.items()):
            if versions:
                report.doubt(f"{stream} 缺 {len(versions)} 版，自第 {min(versions)} 版起")
        for at in self._twice:
            report.doubt(f"第 {at} 条的编号已有条目")
        if self.late:
            report.say(f"提示：{self.late} 条在较新的版次之后才入账")


def scan(
    log: Log, note: Note, marks: Iterable[int], report: Report, visit: Callable[[Leaf], None]
) -> dict[int, bytes]:
    """Recompute everything up to the note and show each leaf; gives the roots at `marks`. Raises Broken."""
    run, streams = Scan(log, note.size, marks), Streams()
    for index, data in enumerate(run.leaves()):
        leaf = leaf_of(data, index)
        streams.feed(leaf)
        visit(leaf)
    if run.roots.get(note.size) != note.root:
        raise Broken("由全部条目算出的根与存档点不符：条目被改动、增加或删去")
    report.say(f"全部 {note.size} 条已逐条重算，树与存档点相符")
    streams.tell(report)
    return run.roots


def strays(log: Log, size: int) -> tuple[int, int]:
    """Of a folder: (older partial files, other files under tile/). Raises Broken: an old one disagrees."""
    old = other = 0
    base = Path(log.place)
    for path in sorted(base.glob("tile/**/*")):
        name = path.relative_to(base).as_posix()
        match = re.fullmatch(
            "tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*)([0-9]{3})(?:[.]p/([0-9]{1,3}))?", name
        )
        if not path.is_file():
            continue
        level = 0 if not match or match.group(1) == "entries" else int(match.group(1))
        n = int((match.group(2) + match.group(3)).replace("x", "").replace("/", "")) if match else 0
        width, there = int(match.group(4) or TILE) if match else 0, (size >> 8 * level) - n * TILE
        if not match or not 1 <= width <= TILE or width > there:
            other += 1
        elif width < min(TILE, there):
            old += 1
            _same_beginning(log, match.group(1), n, width, min(TILE, there), path)
    return old, other


def _same_beginning(log: Log, level: str, n: int, width: int, there: int, path: Path) -> None:
    if level == "entries":
        right = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in log.entries(n, there)[:width])
    else:
        right = log.tile(int(level), n, there)[: 32 * width]
    if path.read_bytes() != right:
        raise Broken(f"旧的分块文件 {path.name} 与条目不符")


# ---- what the inspector remembers ----------------------------------------------------------------


Prove = Callable[[Known, Known], Optional[bool]]


class Memory:
    """`trusted.json`: the notes she has accepted, of each log."""

    def __init__(self, home: Path) -> None:
        self._home, self._path = home, home / "trusted.json"
        self._logs: dict[str, list[dict[str, Any]]] = {}
        if self._path.exists():
            try:
                said = json_object(self._path.read_bytes(), "trusted.json")
                self._logs = said["logs"]
                for origin in self._logs:
                    self.of(origin)
            except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
                raise Unusable(f"{self._path} 已损坏，请找回备份；删除它等于忘记以前核验过的一切") from error

    def of(self, origin: str) -> list[Known]:
        known = [
            Known(
                number(str(one["size"]), "trusted.json"),
                unbase64(one["root"], "trusted.json"),
                str(one["note"]),
            )
            for one in self._logs.get(origin, [])
        ]
        return sorted(known)

    def add(self, notes: Sequence[Note]) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        for note in notes:
            mine = self._logs.setdefault(note.origin, [])
            if all(one["size"] != note.size for one in mine):
                mine.append(
                    {"size": note.size, "root": b64(note.root), "seen": now, "note": note.raw.decode("utf-8")}
                )
            mine.sort(key=lambda one: int(one["size"]))
            del mine[:-REMEMBERED]
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(
                json.dumps({"version": 1, "logs": self._logs}, ensure_ascii=False, indent=1), "utf-8"
            )
            os.replace(fresh, self._path)
        except OSError as error:
            raise Unusable(f"无法记住存档点：{error}") from error

    def split_view(self, first: str, second: str, size: int) -> Path:
        """Write both notes down: transferable proof that the log showed two histories."""
        path = self._home / f"split-view-{size}.txt"
        text = f"分叉证据：同一台账在 {size} 条时给出了两个不同的根，两份存档点都有台账自己的签名。\n"
        self._home.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n==== 甲 ====\n{first}\n==== 乙 ====\n{second}", "utf-8")
        return path


def recall(memory: Memory, report: Report, notes: Sequence[Note], prove: Prove) -> None:
    """Compare the newest of `notes` (they agree with each other) with what is remembered; remember all."""
    newest = max(notes, key=lambda note: note.size)
    known = memory.of(newest.origin)
    roots = {one.size: one for one in known}
    for note in notes:
        other = roots.get(note.size)
        if other and other.root != note.root:
            path = memory.split_view(other.note, note.raw.decode("utf-8"), note.size)
            raise Broken(
                f"分叉：与您以前信任的 {note.size} 条的存档点不同，台账有两种历史。两份存档点已写入 {path}"
            )
    if not known:
        report.say("这是您第一次核验这个台账，存档点已记住；以后的证据都要与它一致")
    elif newest.size in roots:
        report.say("与您以前信任的存档点一致")
    else:
        old, new = sorted((known[-1], newest.known))
        proved = prove(old, new)
        if proved is None:
            report.uncompared.append(
                f"未与您以前信任的存档点（{known[-1].size} 条）比对：证据包没有所需的一致性证明。"
                f"请用 --log 指定台账网址或全量导出，或在导出时填写 {known[-1].size}"
            )
            return
        if not proved:
            raise Broken(
                f"与您以前信任的存档点（{known[-1].size} 条）不一致：历史被改写，或来源不是同一个台账"
            )
        report.say(f"与您以前信任的存档点一致（{old.size} 条 → {new.size} 条）")
    memory.add(notes)


def by_log(log: Log | None) -> Prove:
    """Proofs made from tiles; only the roots at both ends are believed."""

    def prove(old: Known, new: Known) -> bool | None:
        if log is None:
            return None
        proof = consistency(log, old.size, new.size)
        return extends(old.size, new.size, old.root, new.root, proof)

    return prove


# ---- commands ------------------------------------------------------------------------------------


def pasted(argument: str) -> str:
    """Text of a file, of standard input (-), or of the argument itself; line ends made plain."""
    if argument == "-":
        data = sys.stdin.buffer.read(MEBI)
    elif "\n" in argument:
        data = argument.encode()
    else:
        try:
            data = Path(argument).read_bytes()
        except OSError as error:
            raise Unusable(f"无法读取 {argument}：{error.strerror or error}") from error
    text = utf8(data, argument[:40]).lstrip("\ufeff").replace("\r\n", "\n")
    return text if text.endswith("\n") else text + "\n"


class Inspector:
    """Her files, and what she asked for."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.home = Path(options.home).expanduser()
        self.report = Report()

    @property
    def policy(self) -> Policy:
        path = Path(self.options.policy or self.home / "policy.txt")
        if not path.exists():
            raise Unusable("还没有信任策略：请先用 trust 命令录入公告上的信任策略")
        return Policy(pasted(str(path)))

    @property
    def log(self) -> Log | None:
        return Log(self.options.log) if self.options.log else None


def evidence(ask: Inspector) -> None:
    policy, report = ask.policy, ask.report
    memory, log = Memory(ask.home), ask.log
    found = Evidence(unzip(Path(ask.options.zip)), ask.options.command, policy)
    kind = found.claim["kind"]
    told(report, found.note, policy)
    CHECKS[kind](found, report)
    if log and log.checkpoint(policy).origin != found.note.origin:
        raise Broken(f"{log.place} 不是这个台账")

    def prove(old: Known, new: Known) -> bool | None:
        if new == found.note.known and old.size in found.proofs:
            return extends(old.size, new.size, old.root, new.root, found.proofs[old.size])
        return by_log(log)(old, new)

    recall(memory, report, found.notes, prove)
    if kind == "history" and log:
        nothing_left_out(found, log, policy, report)
    elif kind == "history":
        report.say("此后有无新的版次、有无漏掉整个流：未与全量台账比对（gongkai_verify.py 可用 --log）")


def nothing_left_out(found: Evidence, log: Log, policy: Policy, report: Report) -> None:
    """Look at every leaf of the log: none of the item's may be missing from the ZIP."""
    note = log.checkpoint(policy)
    streams = found.claim["streams"]
    held = {each.leaf.at for each in found.held}
    refs = {each.leaf.ref for each in found.held if each.leaf.stream in streams}
    near: list[Leaf] = []

    def visit(leaf: Leaf) -> None:
        if leaf.at not in held and (leaf.stream in streams or leaf.ref in refs):
            near.append(leaf)

    roots = scan(log, note, [found.note.size], Report(), visit)
    if roots.get(found.note.size) != found.note.root:
        raise Broken("证据包的存档点与全量台账不一致")
    for leaf in near:
        if leaf.at < found.note.size and leaf.stream in streams:
            raise Broken(f"证据包漏掉了第 {leaf.at} 条（{leaf.id}）")
        if leaf.at < found.note.size:
            report.doubt(f"第 {leaf.at} 条（{leaf.id}）属于同一对象，不在证据包中")
    later = sum(leaf.at >= found.note.size for leaf in near)
    report.say(f"已与全量台账（{note.size} 条）比对：没有遗漏；证据包之后又有 {later} 条")


def dump(ask: Inspector) -> None:
    policy, report, log = ask.policy, ask.report, Log(ask.options.place)
    memory = Memory(ask.home)
    note = log.checkpoint(policy)
    if note.size == 0:
        raise Broken("台账为空：没有任何条目")
    told(report, note, policy)
    known = memory.of(note.origin)
    counts: Counter[str] = Counter()
    roots = scan(log, note, [one.size for one in known], report, lambda leaf: counts.update((leaf.type,)))
    tally(report, counts)
    if Path(log.place).is_dir():
        old, other = strays(log, note.size)
        report.say(f"较早的分块文件 {old} 个，相符；不属于此存档点、未核验的文件 {other} 个")
    for one in known:
        if one.size in roots and roots[one.size] != one.root:
            raise Broken(f"与您以前信任的存档点（{one.size} 条）不一致：历史被改写")

    def prove(_: Known, new: Known) -> bool | None:
        return True if new == note.known else None

    recall(memory, report, [note], prove)


def anchor(ask: Inspector) -> None:
    policy, report = ask.policy, ask.report
    memory = Memory(ask.home)
    note = good_note(pasted(ask.options.note).encode(), policy, "公告的存档点")
    told(report, note, policy)
    digest = note.root.hex()
    report.say("根（十六进制）：" + " ".join(digest[at : at + 4] for at in range(0, 64, 4)))
    if note.existed_by is not None:
        report.say(f"见证日期：{moment(note.existed_by)[:10]}（北京时间）")
    if not ask.options.place:
        recall(memory, report, [note], by_log(None))
        return
    log = Log(ask.options.place)
    now = log.checkpoint(policy)
    if now.origin != note.origin:
        raise Broken("公告与所给台账不是同一个台账")
    if now.size < note.size:
        raise Broken(f"台账现有 {now.size} 条，公告时已有 {note.size} 条：台账被截短，或来源过时")
    if not by_log(log)(note.known, now.known):
        raise Broken("台账与公告不一致：公告之后历史被改写")
    report.say(f"台账现有 {now.size} 条，以公告时的 {note.size} 条为开头，一致")
    recall(memory, report, [note, now], by_log(log))


def compare(ask: Inspector) -> None:
    policy, report, memory = ask.policy, ask.report, Memory(ask.home)
    (first, proofs), (second, more) = (_noted(place, policy) for place in (ask.options.a, ask.options.b))
    if first.origin != second.origin:
        raise Unusable("两份存档点不是同一个台账的")
    for name, note in (("甲", first), ("乙", second)):
        report.say(
            f"{name}：{note.size} 条，根 {b64(note.root)}，见证{'已达' if note.quorum else '未达'}法定数"
        )
    if first.size == second.size:
        if first.root != second.root:
            path = memory.split_view(first.raw.decode("utf-8"), second.raw.decode("utf-8"), first.size)
            raise Broken(f"分叉：同为 {first.size} 条，根不同，台账有两种历史。两份存档点已写入 {path}")
        report.say("两份存档点相同")
        return
    old, new = sorted((first, second), key=lambda note: note.size)
    offered = (more if new is second else proofs).get(old.size)
    if offered is None and ask.log:
        log = ask.log
        log.checkpoint(policy)
        offered = consistency(log, old.size, new.size)
    if offered is None:
        report.uncompared.append(
            "两份存档点大小不同，没有一致性证明，无法比对（可用 --log 指定台账网址或全量导出）"
        )
    elif not extends(old.size, new.size, old.root, new.root, offered):
        raise Broken("一致性证明不成立：较大的台账不是由较小的续写而成")
    else:
        report.say(f"一致：{new.size} 条的台账以 {old.size} 条的台账为开头")


def _noted(place: str, policy: Policy) -> tuple[Note, dict[int, list[bytes]]]:
    """The note in a file or ZIP, and the consistency proofs that come with it."""
    if "\n" not in place and place != "-" and zipfile.is_zipfile(place):
        files = unzip(Path(place))
        raw = files.get("checkpoint", b"")
        proofs = {number(n[12:], n): hash_lines(files[n], n) for n in files if n.startswith("consistency/")}
    else:
        raw, proofs = pasted(place).encode(), {}
    return open_note(raw, policy, place[:40].split("\n")[0]), proofs


def trust(ask: Inspector) -> None:
    """Show a policy and keep it as the inspector's own."""
    policy, report = Policy(pasted(ask.options.text)), ask.report
    if not policy.logs:
        raise Unusable("信任策略中没有台账（log）")
    path = ask.home / "policy.txt"
    if path.exists() and Policy(pasted(str(path))).text != policy.text and not ask.options.replace:
        raise Unusable(f"已有不同的信任策略（{path}）。确认要更换时加 --replace")
    for key in policy.logs:
        report.say(f"台账 {key.name}，公钥编号 {key.id.hex()}")
    for name, key in policy.witnesses.items():
        report.say(f"见证人 {name}（{key.name}），公钥编号 {key.id.hex()}")
    for name, (least, members) in policy.groups.items():
        report.say(f"分组 {name}：{len(members)} 个中至少 {least} 个（{'、'.join(members)}）")
    report.say(f"法定数：{'不要求见证' if policy.quorum == 'none' else policy.quorum}")
    report.say(f"指纹：{policy.fingerprint}")
    report.say("请与公告上的指纹逐组核对，不符时不要使用")
    ask.home.mkdir(parents=True, exist_ok=True)
    path.write_bytes(policy.text.encode())


COMMANDS: dict[str, Callable[[Inspector], None]] = {
    **dict.fromkeys([*CHECKS, ANY], evidence),
    "dump": dump,
    "anchor": anchor,
    "compare": compare,
    "trust": trust,
}


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", default="~/.gongkai-verify", help="您的信任策略和已信任存档点所在的文件夹")
    common.add_argument("--policy", help="使用另一份信任策略")
    common.add_argument("--json", action="store_true", help="输出 JSON")
    common.add_argument("--log", help="台账网址或全量导出文件夹，用来比对")
    main_parser = argparse.ArgumentParser(
        prog="gongkai_verify.py",
        description="离线核验“公开”平台的台账证据。返回码：0 属实，1 不属实或有疑点，2 无法核验，3 未比对。",
    )
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="命令")
    kinds = {"event": "一条条目", "history": "一个事项的全过程", "day": "一天", "range": "一段条目"}
    kinds[ANY] = "任何一种证据包（zip 可以省略）"
    for name, what in kinds.items():
        commands.add_parser(name, parents=[common], help=f"核验{what}").add_argument(
            "zip", metavar="证据包.zip"
        )
    whole = commands.add_parser("dump", parents=[common], help="重算整个台账")
    whole.add_argument("place", metavar="文件夹或网址")
    notice = commands.add_parser("anchor", parents=[common], help="核验公告上的存档点")
    notice.add_argument("note", metavar="文件、二维码文字或 -")
    notice.add_argument("place", nargs="?", metavar="文件夹或网址")
    both = commands.add_parser("compare", parents=[common], help="比对两份存档点")
    both.add_argument("a", metavar="甲")
    both.add_argument("b", metavar="乙")
    own = commands.add_parser("trust", parents=[common], help="查看并录入信任策略")
    own.add_argument("text", metavar="文件、二维码文字或 -")
    own.add_argument("--replace", action="store_true", help="更换已有的信任策略")
    return main_parser


def judged(ask: Inspector) -> dict[str, Any]:
    """The whole outcome: code, verdict (结论), why, and what was found."""
    try:
        COMMANDS[ask.options.command](ask)
    except Broken as error:
        return {"code": FALSE, "verdict": "不属实", "why": [str(error)], "lines": []}
    except Unusable as error:
        return {"code": UNUSABLE, "verdict": "无法核验", "why": [str(error)], "lines": []}
    report = ask.report
    doubts = report.doubts[:SHOWN]
    if len(report.doubts) > SHOWN:
        doubts.append(f"另有 {len(report.doubts) - SHOWN} 处疑点")
    verdict = "已录入" if ask.options.command == "trust" else report.verdict
    return {"code": report.code, "verdict": verdict, "why": doubts + report.uncompared, "lines": report.lines}


def main(arguments: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        words.insert(0, ANY)
    options = parser().parse_args(words)
    outcome = judged(Inspector(options))
    if options.json:
        sys.stdout.write(json.dumps(outcome, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"结论：{outcome['verdict']}\n")
        for line in outcome["why"] + outcome["lines"]:
            sys.stdout.write(f"  {printable(line)}\n")
    return int(outcome["code"])


if __name__ == "__main__":
    sys.exit(main())
