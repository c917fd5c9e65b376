"""The five services as objects, for checks that hold for every one of them."""

from __future__ import annotations

import importlib

from shared.runtime import Service
from tests.servers import SERVICES

EVERY: tuple[Service, ...] = tuple(
    importlib.import_module(f"services.{name}.main").SERVICE for name in SERVICES
)
