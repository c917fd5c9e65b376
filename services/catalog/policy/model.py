"""Policy sets: the numbers of the law and of the agency, as data. The JSON shape: docs/policy.md."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.events import Wire
from shared.workdays import Rule, Term, Unit

Scope = Literal["PUBLIC", "WHOLE_PARTY", "WITHIN_ORG", "PARTY_ONLY", "SPECIFIC_PERSONS"]
Channel = Literal[
    "WEBSITE", "WECHAT", "NOTICE_BOARD", "INTRANET", "INTERNAL_BOARD", "MEETING", "DOCUMENT",
    "CIRCULAR", "BRIEFING", "PRESS", "RADIO_TV", "GAZETTE", "LEAFLET", "SERVICE_HALL",
    "LIVE_BROADCAST", "OTHER",
]  # fmt: skip
Role = Literal[
    "DRAFTER", "SECTION_HEAD", "SECRECY_REVIEWER", "DISCLOSURE_OFFICE", "DEPUTY_LEADER",
    "PRINCIPAL_LEADER", "CHANNEL_OPERATOR", "FEEDBACK_HANDLER", "FILING_OFFICE", "SUPERVISOR",
    "ADMINISTRATOR",
]  # fmt: skip
StartEvent = Literal["FORMED", "CHANGED", "EVENT", "DETERMINED"]


class Limit(Wire):
    """By when something must be public (公开时限): `term` after any of `start_events`.

    Empty `duration_classes`, `categories`, `affairs_types` mean all. With `special_basis` it takes the
    place of the general limits of the same start event (art. 26: 另有规定的，从其规定; S2-29).
    """

    start_events: tuple[StartEvent, ...] = Field(min_length=1)
    term: Term
    rule: Rule
    duration_classes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    affairs_types: tuple[str, ...] = ()
    special_basis: str | None = None


class Minimum(Wire):
    """How long it must at least stay (公示期限)."""

    term: Term
    rule: Rule
    duration_classes: tuple[str, ...] = ()
    important_only: bool = False


class Posting(Wire):
    """`open`: duration classes without an end date; they end by change, revocation or completion (S2-27)."""

    minimums: tuple[Minimum, ...]
    open: tuple[str, ...] = ()


class DurationClass(Wire):
    """Duration class 公开时限类别 (长期、定期、逐段、即时)."""

    code: str
    name: str


class Category(Wire):
    """A category of a scheme; `column` is its place on the portal."""

    code: str
    name: str
    column: str = "STATUTORY"


class CategoryScheme(Wire):
    name: str
    affairs_type: Literal["PARTY", "GOVERNMENT"]
    categories: tuple[Category, ...]


class Step(Wire):
    step: str
    roles: tuple[Role, ...] = Field(min_length=1)
    when: str | None = None
    name: str | None = None


class Chain(Wire):
    """Review chain 审查审批程序."""

    steps: tuple[Step, ...] = Field(min_length=1)
    release: Literal["OFFICE", "POLICY"] = "OFFICE"


class ChainRule(Wire):
    """Which chain an item takes: the first rule that fits, else `default`."""

    chain: str
    affairs_types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class ScopeRule(Wire):
    """Channels allowed for one scope, the leading one first to be confirmed (S2-21, S2-22, S3-12, S4-19)."""

    channels: tuple[Channel, ...]
    lead: Channel


class Ground(Wire):
    """Ground for withholding 不予公开理由; `must` tells mandatory from discretionary."""

    code: str
    name: str
    article: str
    must: bool


class WithheldReview(Wire):
    """`months`: calendar months between two reviews of a withheld item (art. 18)."""

    months: int = Field(default=12, ge=1, le=120)
    rule: Rule = Rule(id="")


class AnswerWithin(Wire):
    """By when an opinion is to be answered (办理时限)."""

    n: int = Field(default=5, ge=1, le=3650)
    unit: Unit = Unit.WORKING_DAY
    rule: Rule = Rule(id="")


class Feedback(Wire):
    answer_within: AnswerWithin = AnswerWithin()


class PolicySet(Wire):
    """Policy set 公开规则: versioned and effective-dated, per agency, with a national default."""

    title: str
    limits: tuple[Limit, ...] = Field(min_length=1)
    posting: Posting
    duration_classes: tuple[DurationClass, ...] = Field(min_length=1)
    category_schemes: dict[str, CategoryScheme]
    chains: dict[str, Chain]
    chain_rules: tuple[ChainRule, ...] = ()
    scopes: dict[Scope, ScopeRule]
    index_format: str = "{code}/{year}-{serial:05d}"
    grounds: tuple[Ground, ...]
    withheld_review: WithheldReview = WithheldReview()
    feedback: Feedback = Feedback()

    def chain_for(self, affairs_type: str, category: str) -> str:
        for rule in self.chain_rules:
            fits = not rule.affairs_types or affairs_type in rule.affairs_types
            if fits and (not rule.categories or category in rule.categories):
                return rule.chain
        return "default"

    def affairs_of(self, reference: str) -> Literal["PARTY", "GOVERNMENT"]:
        """Party or government affairs, by the scheme of `CODE@scheme`; of an unknown one, government."""
        known = self.category_schemes.get(reference.partition("@")[2])
        return known.affairs_type if known else "GOVERNMENT"

    def category(self, reference: str) -> Category | None:
        """`CODE@scheme`."""
        code, _, scheme = reference.partition("@")
        known = self.category_schemes.get(scheme)
        found = [c for c in known.categories if c.code == code] if known else []
        return found[0] if found else None
