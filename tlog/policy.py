"""C2SP tlog-policy: whose word is needed before a checkpoint is believed. Pure.

The file is the inspector's own copy: keys are never taken from what they are to check.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tlog.checkpoint import Checkpoint, checkpoint_of
from tlog.cosignature import times_of
from tlog.note import COSIGNATURE, ED25519, Note, Unsigned, Vkey, opened, parse_vkey
from tlog.text import Malformed, number

NONE = "none"
SPACE = re.compile("[ \t]+")
LONGEST = 65_536  # bytes


@dataclass(frozen=True)
class Party:
    """A log or a witness."""

    vkey: Vkey
    url: str = ""


@dataclass(frozen=True)
class Group:
    """At least `needed` of the members."""

    needed: int
    members: tuple[str, ...]


@dataclass
class Policy:
    """Logs that are believed, and witnesses by name; `quorum` names a witness, a group or `none`."""

    logs: list[Party] = field(default_factory=list)
    witnesses: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def satisfied_by(self, witnesses: Collection[str], name: str = "") -> bool:
        """Whether these witnesses are a quorum (or, with `name`, enough for that group)."""
        name = name or self.quorum
        group = self.groups.get(name)
        if group is None:
            return name == NONE or name in witnesses
        return sum(self.satisfied_by(witnesses, one) for one in group.members) >= group.needed

    def log_keys(self, origin: str) -> list[Vkey]:
        """The keys of the log of that name: two of them while a key is being rotated."""
        return [log.vkey for log in self.logs if log.vkey.name == origin]


@dataclass(frozen=True)
class Judgement:
    """What a checkpoint is worth under a policy. Times are in seconds since 1970 UTC, by witness."""

    checkpoint: Checkpoint
    signers: tuple[Vkey, ...]
    times: Mapping[str, tuple[int, ...]]
    quorum: bool
    existed_by: int | None  # a quorum had seen this tree by then
    not_before: int | None  # a quorum saw no larger tree before then


def judge(policy: Policy, note: Note) -> Judgement:
    """Raises Malformed, or Unsigned without a signature of the log or with a false one of anybody known.

    A missing quorum is no error: publishing goes on without it, evidence does not.
    """
    checkpoint = checkpoint_of(note)
    keys = policy.log_keys(checkpoint.origin)
    if not keys:
        raise Unsigned(f"the policy does not know the log {checkpoint.origin}")
    signers = opened(note, keys)
    seen = {name: times_of(note, witness.vkey) for name, witness in policy.witnesses.items()}
    times = {name: found for name, found in seen.items() if found}
    every = sorted({time for found in times.values() for time in found})
    by = [at for at in every if policy.satisfied_by([n for n, t in times.items() if t[0] <= at])]
    after = [
        at for at in every if policy.satisfied_by([n for n, t in times.items() if t[-1] >= at])
    ]
    dated = policy.quorum != NONE
    return Judgement(
        checkpoint,
        signers,
        times,
        quorum=policy.satisfied_by(times),
        existed_by=by[0] if by and dated else None,
        not_before=after[-1] if after and dated else None,
    )


def parse_policy(data: bytes) -> Policy:
    """Raises Malformed."""
    if len(data) > LONGEST or any(byte < 0x20 and byte not in b"\t\n" for byte in data):
        raise Malformed("the policy is too long or has control characters")
    reader = _Reader()
    text = data.decode("utf-8", "surrogateescape")
    for line in text.split("\n"):
        words = SPACE.split(line.strip(" \t"))
        if words != [""] and not words[0].startswith("#"):
            reader.take(words)
    if not reader.policy.quorum:
        raise Malformed("the policy has no quorum line")
    return reader.policy


class _Reader:
    """Reads line by line: a name must be defined above the line that uses it, and is used once."""

    def __init__(self) -> None:
        self.policy = Policy()
        self.used: set[str] = set()

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self.policy.logs.append(self._party(self.policy.logs, vkey, ED25519, url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                known = list(self.policy.witnesses.values())
                self._new(name)
                self.policy.witnesses[name] = self._party(known, vkey, COSIGNATURE, url)
            case ["group", name, needed, *members] if members:
                self.policy.groups[name] = self._group(name, needed, members)
            case ["quorum", name] if not self.policy.quorum:
                if name != NONE:
                    self._defined(name)
                self.policy.quorum = name
            case _:
                raise Malformed(f"not a line of a policy: {words[0]}")

    def _party(self, known: list[Party], text: str, kind: int, url: list[str]) -> Party:
        vkey = parse_vkey(text)
        if vkey.kind != kind:
            raise Malformed(f"{vkey.name}: a key of the wrong kind")
        if any(one.vkey.public == vkey.public for one in known):
            raise Malformed(f"{vkey.name}: the same key a second time")
        return Party(vkey, *url)

    def _group(self, name: str, needed: str, members: list[str]) -> Group:
        for member in members:
            self._defined(member)
            if member in self.used:
                raise Malformed(f"{member} is a member twice")
            self.used.add(member)
        self._new(name)
        least = {"any": 1, "all": len(members)}.get(needed) or number(needed)
        if not 1 <= least <= len(members):
            raise Malformed(f"{name}: {needed} of {len(members)} is not possible")
        return Group(least, tuple(members))

    def _new(self, name: str) -> None:
        if name == NONE or name in self.policy.witnesses or name in self.policy.groups:
            raise Malformed(f"the name {name} is taken")

    def _defined(self, name: str) -> None:
        if name not in self.policy.witnesses and name not in self.policy.groups:
            raise Malformed(f"{name} is not defined above")
