"""The aggregates of publisher as the kernel sees them."""

from __future__ import annotations

from services.publisher.domain.commands import PublicationCommand
from services.publisher.domain.delivery import DELIVERY as DELIVERY_DECIDER
from services.publisher.domain.delivery import Delivery, DeliveryCommand
from services.publisher.domain.delivery_events import DELIVERY_CODEC, DeliveryEvent
from services.publisher.domain.events import PUBLICATION_CODEC, PublicationEvent
from services.publisher.domain.publication import PUBLICATION as PUBLICATION_DECIDER
from services.publisher.domain.publication import Publication
from services.publisher.domain.reading import READING as READING_DECIDER
from services.publisher.domain.reading import READING_CODEC, NoteRead, Read
from services.publisher.projections.deliveries import project_delivery
from services.publisher.projections.publications import project_publication
from services.publisher.projections.readings import project_reading
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
