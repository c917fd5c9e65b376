"""The feedback service (意见反馈): what the public said about an item, and what it was told."""

from __future__ import annotations

from pathlib import Path

from services.feedback import api, consumers, pages, views
from services.feedback.aggregates import FEEDBACK, SUBJECT
from shared.pages import Pages
from shared.runtime import Service

PACKAGE = Path(__file__).parent

SERVICE = Service(
    name="feedback",
    package=PACKAGE,
    aggregates=(FEEDBACK, SUBJECT),
    read_tables=("subjects", "circles", "public_subjects", "feedbacks"),
    handlers=consumers.handlers,
    routers=(api.router, pages.router),
    pages=Pages(PACKAGE, {**views.KINDS, **views.CHANNELS, **views.SCOPES}),
)
