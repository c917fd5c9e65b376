"""The publisher service, named to the kernel."""

from __future__ import annotations

from pathlib import Path

from services.publisher import api, consumers, internal_pages, public_pages, work_pages
from services.publisher.aggregates import AGGREGATES
from services.publisher.labels import PAGES
from services.publisher.loops import deliveries
from shared.runtime import Service

SERVICE = Service(
    name="publisher",
    package=Path(__file__).parent,
    aggregates=AGGREGATES,
    read_tables=("publications", "published_rings", "deliveries", "readings", "index_counters"),
    handlers=consumers.handlers,
    timers=consumers.timers,
    tasks=(deliveries,),
    routers=(api.router, work_pages.router, public_pages.router, internal_pages.router),
    pages=PAGES,
)
