"""Which facts leave publisher, and in what words."""

from __future__ import annotations

from services.publisher.domain.delivery_events import (
    DeliveryEvent,
    DeliveryPlanned,
    DeliveryRetried,
    DeliveryStarted,
    DeliverySubmitted,
)
from services.publisher.domain.events import (
    ChannelNoted,
    PostingRecounted,
    PublicationEvent,
    PublicationOpened,
)
from shared.events import Json


def publish_publication(event: PublicationEvent) -> Json | None:
    if isinstance(event, PublicationOpened | ChannelNoted | PostingRecounted):
        return None
    return _without_type(event.wire())


WORKING = (DeliveryPlanned, DeliveryStarted, DeliverySubmitted, DeliveryRetried)


def publish_delivery(event: DeliveryEvent) -> Json | None:
    if isinstance(event, WORKING):
        return None
    return _without_type(event.wire())


def _without_type(data: Json) -> Json:
    return {name: value for name, value in data.items() if name != "type"}
