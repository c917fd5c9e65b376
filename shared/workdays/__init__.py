"""The working-day clock: legal days, working days with 调休, and dates that explain themselves.

Instants are UTC, legal days are Asia/Shanghai. Working days, calendar days, weeks and hours are
different units and never mixed. The day of the starting event is not counted (次日起算).
"""

from shared.workdays.calendar import (
    CHINA,
    Calendar,
    CalendarYear,
    YearStatus,
    legal_day,
    start_of,
)
from shared.workdays.clock import due, earliest, latest
from shared.workdays.explained import (
    START_TEXT,
    Considered,
    Explained,
    Rule,
    Skipped,
    Term,
    Unit,
    chinese,
)

__all__ = [
    "CHINA",
    "START_TEXT",
    "Calendar",
    "CalendarYear",
    "Considered",
    "Explained",
    "Rule",
    "Skipped",
    "Term",
    "Unit",
    "YearStatus",
    "chinese",
    "due",
    "earliest",
    "latest",
    "legal_day",
    "start_of",
]
