"""The audit service (监督审计): the ledger of everything, and what inspectors see of it."""

from __future__ import annotations

from pathlib import Path

from services.audit import api, consumers, labels, pages
from services.audit.aggregates import ACCESS, ERASURE
from services.audit.leader import run_ledger
from services.audit.recount import run_recounts
from services.audit.verification import run_verifications
from shared.pages import Pages
from shared.runtime import Service

PACKAGE = Path(__file__).parent

SERVICE = Service(
    name="audit",
    package=PACKAGE,
    aggregates=(ACCESS, ERASURE),
    read_tables=("erasures",),
    handlers=consumers.handlers,
    tasks=(run_ledger, run_recounts, run_verifications),
    routers=(api.router, pages.router),
    pages=Pages(PACKAGE, labels.LABELS),
)
