"""The two kinds of stream feedback keeps: `feedback-X` and its memory of items, `subject-<item>`."""

from services.feedback.domain import events, subject
from services.feedback.domain.feedback import FEEDBACK as FEEDBACK_DECIDER
from services.feedback.projections import project_feedback, project_subject
from services.feedback.published import publish_feedback, publish_subject
from shared.facts import Aggregate

FEEDBACK = Aggregate("feedback", FEEDBACK_DECIDER, events.CODEC, project_feedback, publish_feedback)
SUBJECT = Aggregate("subject", subject.SUBJECT, subject.CODEC, project_subject, publish_subject)
