"""Terms, the rules they come from, and computed dates that explain themselves in Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events import Wire


class Unit(StrEnum):
    WORKING_DAY = "WORKING_DAY"
    CALENDAR_DAY = "CALENDAR_DAY"
    WEEK = "WEEK"
    HOUR = "HOUR"


UNIT_TEXT = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "个自然日",
    Unit.WEEK: "周",
    Unit.HOUR: "小时",
}


class Term(Wire):
    """A length of time in one unit, at most ten years of days."""

    n: int = Field(ge=1, le=3650)
    unit: Unit

    def text(self) -> str:
        return f"{self.n}{UNIT_TEXT[self.unit]}"


class Rule(Wire):
    """Where a number of days comes from. `article` is the law's or the policy's own reference."""

    id: str
    article: str = ""
    title: str = ""


class Skipped(Wire):
    """Days not counted, and why: WEEKEND or HOLIDAY."""

    first: date
    last: date
    reason: str


class Considered(Wire):
    """Another clock that was looked at and did not decide."""

    due: date
    rule: Rule
    term: Term


class Explained(Wire):
    """A computed date that explains itself: start, rule, term, what was skipped, and doubts.

    `provisional` when a year it touches is not published yet: those years are in `estimated_years`.
    """

    due: date
    start: date
    start_event: str
    rule: Rule
    term: Term
    skipped: tuple[Skipped, ...] = ()
    made_up: tuple[date, ...] = ()
    provisional: bool = False
    estimated_years: tuple[int, ...] = ()
    considered: tuple[Considered, ...] = ()

    def text(self) -> str:
        """The explanation in Chinese, one sentence a fact."""
        start = START_TEXT.get(self.start_event, self.start_event)
        parts = [
            f"自{chinese(self.start)}（{start}）次日起{self.term.text()}，至{chinese(self.due)}",
            *self._source(),
            *self._counting(),
            *self._others(),
        ]
        if self.provisional:
            years = "、".join(f"{year}年" for year in self.estimated_years)
            parts.append(f"{years}放假安排尚未公布，此日期为暂定，公布后将重新计算")
        return "；".join(parts) + "。"

    def _source(self) -> Iterator[str]:
        if self.rule.article or self.rule.title:
            yield f"依据：{self.rule.title}{self.rule.article}"

    def _counting(self) -> Iterator[str]:
        """What was not counted, and the weekend days that were."""
        weekend = sum((s.last - s.first).days + 1 for s in self.skipped if s.reason == "WEEKEND")
        if weekend:
            yield f"扣除周末{weekend}天"
        holidays = [_span(s) for s in self.skipped if s.reason == "HOLIDAY"]
        if holidays:
            yield "扣除法定节假日：" + "、".join(holidays)
        if self.made_up:
            yield "调休上班日计入：" + "、".join(chinese(day) for day in self.made_up)

    def _others(self) -> Iterator[str]:
        """The clocks that did not decide: all later (the earliest was taken) or all earlier."""
        if self.considered:
            which = "最早" if all(c.due >= self.due for c in self.considered) else "最晚"
            others = "、".join(
                f"{c.rule.title}{c.rule.article}{c.term.text()}，至{chinese(c.due)}"
                for c in self.considered
            )
            yield f"另有期限：{others}，取{which}者"


START_TEXT = {
    "FORMED": "信息形成",
    "CHANGED": "信息变更",
    "DETERMINED": "公开事项确定",
    "EVENT": "事项发生",
    "PUBLISHED": "公开",
    "RECEIVED": "收到",
    "APPROVED": "批准",
    "ASSIGNED": "交办",
}


def chinese(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _span(skipped: Skipped) -> str:
    if skipped.first == skipped.last:
        return chinese(skipped.first)
    return f"{chinese(skipped.first)}至{chinese(skipped.last)}"
