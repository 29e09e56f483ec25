"""When a message leaves, and how far each copy has come."""

from django.db.models import TextChoices


class Kind(TextChoices):
    NOTICE = "notice", "Notice before the deployment"
    GO_NO_GO = "go_no_go", "Final go/no-go"
    START = "start", "Start"
    COMPLETE = "complete", "Completion"
    SUMMARY = "summary", "Summary"


class Anchor(TextChoices):
    T0 = "t0", "T0"
    START = "start", "Start"
    COMPLETE = "complete", "Completion"
    DECISION = "decision", "Decision"
    WATCH_END = "watch_end", "End of the watch"


class DeliveryState(TextChoices):
    SCHEDULED = "scheduled", "Planned"
    CLAIMED = "claimed", "Being prepared"
    DISPATCHING = "dispatching", "Being handed over"
    SENT = "sent", "Sent"
    RETRY = "retry", "Will be tried again"
    FAILED = "failed", "Refused by the mail server"
    UNKNOWN = "unknown", "Not known whether it left"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded by a new time"
    MISSED = "missed", "Missed: no longer useful"


WAITING = frozenset({DeliveryState.SCHEDULED, DeliveryState.RETRY})
UNDER_WAY = frozenset({DeliveryState.CLAIMED, DeliveryState.DISPATCHING})
