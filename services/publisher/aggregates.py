"""The aggregates of publisher as the kernel sees them."""

from __future__ import annotations

from services.publisher.domain.delivery import DELIVERY as DELIVERY_DECIDER
from services.publisher.domain.delivery import Delivery, DeliveryCommand
from services.publisher.domain.events import (
    DELIVERY_CODEC,
    PUBLICATION_CODEC,
    READING_CODEC,
    DeliveryEvent,
    PublicationEvent,
    Read,
)
from services.publisher.domain.publication import PUBLICATION as PUBLICATION_DECIDER
from services.publisher.domain.publication import Publication, PublicationCommand
from services.publisher.domain.reading import READING as READING_DECIDER
from services.publisher.domain.reading import NoteRead
from services.publisher.projections import project_delivery, project_publication, project_reading
from services.publisher.published import publish_delivery, publish_publication
from shared.facts import Aggregate

PUBLICATION: Aggregate[PublicationCommand, Publication, PublicationEvent] = Aggregate(
    "publication", PUBLICATION_DECIDER, PUBLICATION_CODEC, project_publication, publish_publication
)
DELIVERY: Aggregate[DeliveryCommand, Delivery, DeliveryEvent] = Aggregate(
    "delivery", DELIVERY_DECIDER, DELIVERY_CODEC, project_delivery, publish_delivery
)
READING: Aggregate[NoteRead, bool, Read] = Aggregate(
    "reading", READING_DECIDER, READING_CODEC, project_reading, lambda _: None
)
AGGREGATES = (PUBLICATION, DELIVERY, READING)
