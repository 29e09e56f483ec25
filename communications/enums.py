"""When a message leaves, and how far each copy has come."""

from enum import Enum

from django.db.models import TextChoices


class Kind(TextChoices):
    NOTICE = "notice", "Notice before the deployment"
    GO_NO_GO = "go_no_go", "Final go/no-go"
    START = "start", "Start"
    COMPLETE = "complete", "Completion"
    SUMMARY = "summary", "Summary"


class MessageState(TextChoices):
    PLANNED = "planned", "Planned"
    LEAVING = "leaving", "Leaving"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"
    MISSED = "missed", "Missed"


class DeliveryState(TextChoices):
    SCHEDULED = "scheduled", "Planned"
    CLAIMED = "claimed", "Being prepared"
    DISPATCHING = "dispatching", "Being handed over"
    SENT = "sent", "Sent"
    RETRY = "retry", "Will be tried again"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Not known whether it left"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"
    MISSED = "missed", "Missed"


WAITING = frozenset({DeliveryState.SCHEDULED, DeliveryState.RETRY})
UNDER_WAY = frozenset({DeliveryState.CLAIMED, DeliveryState.DISPATCHING})


class Fate(Enum):
    """What is to become of a due message now; the values name the state it ends in."""

    LEAVE = "leave"
    WAIT = "wait"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    MISSED = "missed"
