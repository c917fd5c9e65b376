"""The agreed example of a published event."""

from pathlib import Path

import orjson

from shared.events import Json

CONTRACTS = Path(__file__).parents[2] / "shared/contracts"


def example(type: str) -> Json:
    found: Json = orjson.loads((CONTRACTS / f"{type}.json").read_bytes())
    return dict(found["data"])
