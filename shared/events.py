"""Facts as types: frozen models named `service.fact-name.vN`, and the codec that reads old ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

Json = dict[str, Any]


class Wire(BaseModel):
    """A frozen value that travels as JSON with camelCase names; unknown fields are ignored."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )

    def wire(self) -> Json:
        """JSON-ready dict with camelCase names."""
        return self.model_dump(mode="json", by_alias=True)


class Event(Wire):
    """Something that happened. Subclasses pin `type` with a Literal default."""

    type: str


E = TypeVar("E", bound=Event)
Upcaster = Callable[[Json], Json]


class Codec(Generic[E]):
    """Reads and writes one aggregate's events; lifts old versions step by step.

    `union` is the discriminated union of the events; `upcasters` maps an old type to a
    function dict → dict whose result names a newer type. Raises `pydantic.ValidationError`
    for a type nobody knows.
    """

    def __init__(self, union: Any, upcasters: Mapping[str, Upcaster] | None = None) -> None:
        self._adapter: TypeAdapter[E] = TypeAdapter(union)
        self._upcasters = dict(upcasters or {})

    def encode(self, event: E) -> bytes:
        """Bytes that are the same every time the same fact is written."""
        return orjson.dumps(event.wire())

    def decode(self, data: bytes | str) -> E:
        stored: Json = orjson.loads(data)
        while lift := self._upcasters.get(stored["type"]):
            stored = lift(stored)
        return self._adapter.validate_python(stored)
