"""Whether a policy set may be activated: complete, workable, and nowhere looser than the law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import ValidationError

from services.catalog.policy import files
from services.catalog.policy.model import Channel, Limit, PolicySet
from shared.errors import Invalid
from shared.events import Json
from shared.faults import fault_text
from shared.workdays import Rule, Term, Unit

# The only channels that stay inside: no policy set opens another one to an inside scope (S3-12, S3-13).
INSIDE: frozenset[Channel] = frozenset(
    {"INTRANET", "INTERNAL_BOARD", "MEETING", "DOCUMENT", "CIRCULAR", "BRIEFING"}
)
CALENDAR_DAYS = {Unit.WORKING_DAY: 7 / 5, Unit.CALENDAR_DAY: 1.0, Unit.WEEK: 7.0}


class LooserThanLaw(Invalid):
    """A limit longer than the national set's for the same matter, without a special basis."""

    text: ClassVar[str] = "规定的时限比法律宽松，须写明特殊依据"


def checked(policy: Json, law: PolicySet | None = None) -> PolicySet:
    """Read and check a set against the national one (`law`; by default what comes with the product).

    Raises Invalid naming the field, LooserThanLaw.
    """
    try:
        parsed = PolicySet.model_validate(policy)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise Invalid(f"公开规则中「{field}」有误：{fault_text(fault)}", field=field) from error
    _sourced_days(parsed)
    _known_chains(parsed)
    _guarded_scopes(parsed)
    _workable_index(parsed.index_format)
    limits = (law or PolicySet.model_validate(files.policy_set())).limits
    for number, limit in enumerate(parsed.limits):
        if not limit.special_basis and any(_looser(limit, other) for other in limits):
            raise LooserThanLaw(field=f"limits.{number}.term")
    return parsed


def with_law(own: PolicySet, law: PolicySet) -> PolicySet:
    """An agency's set with the limits and minimums of the national set that it lacks.

    So publication is the earliest and posting the longest of agency and law, whatever the agency left out.
    """
    minimums = _joined(own.posting.minimums, law.posting.minimums)
    return own.model_copy(
        update={
            "limits": _joined(own.limits, law.limits),
            "posting": own.posting.model_copy(update={"minimums": minimums}),
        }
    )


def _joined(own: tuple[Any, ...], law: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*own, *(one for one in law if one not in own))


def numbers(policy: PolicySet) -> Iterator[tuple[str, Unit | None, Rule]]:
    """Every number of days or months in a set: its field, its unit (None for months), its source."""
    for number, limit in enumerate(policy.limits):
        yield f"limits.{number}", limit.term.unit, limit.rule
    for number, minimum in enumerate(policy.posting.minimums):
        yield f"posting.minimums.{number}", minimum.term.unit, minimum.rule
    yield "withheldReview", None, policy.withheld_review.rule
    answer = policy.feedback.answer_within
    yield "feedback.answerWithin", answer.unit, answer.rule


def _sourced_days(policy: PolicySet) -> None:
    for field, unit, rule in numbers(policy):
        if unit is Unit.HOUR:
            raise Invalid("此处的期限以日计算，不能使用小时", field=f"{field}.term")
        if not (rule.id.strip() and rule.title.strip() and rule.article.strip()):
            raise Invalid(
                "每个天数都要写明依据：编号（id）、文件（title）和条款（article）",
                field=f"{field}.rule",
            )


def _known_chains(policy: PolicySet) -> None:
    if "default" not in policy.chains:
        raise Invalid("公开规则须有名为 default 的审批程序", field="chains")
    unknown = [rule.chain for rule in policy.chain_rules if rule.chain not in policy.chains]
    if unknown:
        raise Invalid(f"没有名为「{unknown[0]}」的审批程序", field="chainRules")


def _guarded_scopes(policy: PolicySet) -> None:
    for scope, rule in policy.scopes.items():
        opened = set(rule.channels) - INSIDE if scope != "PUBLIC" else set()
        if opened:
            names = "、".join(sorted(opened))
            raise Invalid(
                f"内部公开范围 {scope} 不能使用对外渠道：{names}", field=f"scopes.{scope}.channels"
            )
        if rule.lead not in rule.channels:
            raise Invalid(f"范围 {scope} 的首发渠道不在其渠道中", field=f"scopes.{scope}.lead")


def _workable_index(form: str) -> None:
    """Two items never share an index number, and none lacks its year (编码规则; see docs/policy.md)."""
    try:
        numbers = {form.format(code="X", year=year, serial=n) for year in (1, 2) for n in (1, 2)}
    except (KeyError, IndexError, ValueError) as error:
        raise Invalid("索引号格式只能使用 {code}、{year}、{serial}", field="indexFormat") from error
    if len(numbers) < 4 or "X" not in form.format(code="X", year=0, serial=0):
        raise Invalid("索引号格式须包含 {code}、{year} 和 {serial}", field="indexFormat")


def _looser(own: Limit, law: Limit) -> bool:
    """Whether the law gives a shorter term for the same start, all the same categories and classes,
    and for at least one of Party and government affairs. A general limit beside a law of one category
    is not looser: there the law's own limit decides."""
    same_start = set(own.start_events) & set(law.start_events)
    same_affairs = not (own.affairs_types and law.affairs_types) or (
        set(own.affairs_types) & set(law.affairs_types)
    )
    about = ((own.duration_classes, law.duration_classes), (own.categories, law.categories))
    return (
        bool(same_start and same_affairs)
        and all(map(_within, about))
        and _length(own.term) > _length(law.term)
    )


def _within(pair: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    mine, laws = pair
    return not laws or (bool(mine) and set(mine) <= set(laws))


def _length(term: Term) -> float:
    """Roughly, in calendar days: good enough to refuse. The dates themselves are never approximated."""
    return term.n * CALENDAR_DAYS[term.unit]
