"""The approval service, named to the kernel."""

from __future__ import annotations

from pathlib import Path

from services.approval import api, consumers, pages
from services.approval.aggregates import REVIEW, WITHHELD
from services.approval.labels import LABELS
from shared.pages import Pages
from shared.runtime import Service

HERE = Path(__file__).parent

SERVICE = Service(
    name="approval",
    package=HERE,
    aggregates=(REVIEW, WITHHELD),
    read_tables=("reviews", "review_decisions", "withheld_items"),
    handlers=consumers.handlers,
    timers=consumers.timers,
    routers=(api.router, pages.router),
    pages=Pages(HERE, LABELS),
)
