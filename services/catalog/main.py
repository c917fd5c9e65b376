"""The catalog service, named to the kernel."""

from __future__ import annotations

from pathlib import Path

from services.catalog import (
    admin_api,
    admin_pages,
    api,
    consumers,
    editor,
    item_page,
    pages,
    rules_page,
    uploads,
)
from services.catalog.aggregates import AGGREGATES
from services.catalog.labels import FIELDS, ITEM_FIELDS, LABELS
from shared.pages import Pages
from shared.runtime import Service

HERE = Path(__file__).parent

SERVICE = Service(
    name="catalog",
    package=HERE,
    aggregates=AGGREGATES,
    read_tables=(
        "items", "item_revisions", "item_history", "people",
        "directory_agencies", "directory_organs", "directory_grants", "reference",
    ),
    handlers=consumers.handlers,
    timers=consumers.timers,
    tasks=(uploads.erase_files,),
    routers=(
        api.router, admin_api.router, pages.router, item_page.router, editor.router, rules_page.router,
        admin_pages.router,
    ),
    pages=Pages(HERE, {**FIELDS, **ITEM_FIELDS, **LABELS}),
)  # fmt: skip
