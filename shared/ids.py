"""Identifiers: time-ordered ones for new things, derived ones for consequences."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import uuid_utils


def new_id() -> str:
    """A UUIDv7: later ids sort later, so indexes stay compact."""
    return str(uuid_utils.uuid7())


def derived_id(*cause: str) -> str:
    """The same cause always gives the same id, so a repeated effect is recognised."""
    return str(uuid5(NAMESPACE_URL, "gongkai:" + "/".join(cause)))
