"""When a message leaves, and how far each copy has come."""

from enum import Enum

from django.db.models import TextChoices


class Kind(TextChoices):
    NOTICE = "notice", "Notice before the deployment"
    GO_NO_GO = "go_no_go", "Final go/no-go"
    START = "start", "Start"
    COMPLETE = "complete", "Completion"
    SUMMARY = "summary", "Summary"
    CORRECTION = "correction", "The time moved"
    HOLD = "hold", "On hold"
    NO_GO = "no_go", "No-go"
    CANCELLATION = "cancellation", "Cancellation"
    MENTION = "mention", "Somebody named in a comment"
    REMINDER = "reminder", "Reminder of an item"
    RECALL = "recall", "GO was taken back"
    BREAK_GLASS = "break_glass", "GO over what stands in the way"
    SIGN = "sign", "A signature is asked for"
    SIGN_REMINDER = "sign_reminder", "A signature is still missing"
    SIGN_OVERDUE = "sign_overdue", "A signature is overdue"
    OUT_OF_REACH = "out_of_reach", "Signatures cannot be given in time"
    GATE_REPORT = "gate_report", "A result is to be reported again"
    ROLLBACK = "rollback", "Rollback begun"
    ROLLED_BACK = "rolled_back", "Rolled back"
    STOPPED = "stopped", "Stopped"
    STEP_FAILED = "step_failed", "A step failed"
    OVERRUN = "overrun", "The window will be overrun"
    ALERT = "alert", "An alert"
    ROLLBACK_ASKED = "rollback_asked", "Shall it be rolled back?"
    UNWRITTEN = "unwritten", "A message could not be written"


# What a plan may have a line for; everything else is caused by an event.
IN_A_PLAN = (Kind.NOTICE, Kind.GO_NO_GO, Kind.START, Kind.COMPLETE, Kind.SUMMARY)
TELLS_OF_THE_END = frozenset({Kind.COMPLETE, Kind.SUMMARY})
TELLS_A_VERDICT = frozenset({Kind.HOLD, Kind.NO_GO, Kind.RECALL})
# Each of these says that T0 moved, where its reader knew another one.
SAYS_WHAT_MOVED = TELLS_A_VERDICT | {Kind.CORRECTION}
# The event of a new time, which corrects, and says a verdict again that was not heard by all.
MOVED = "rescheduled"
# The events that ask whether to go back, each once more with all that asks by then.
GO_BACK = ("rollback asked", "rollback unanswered")
# To whoever signs, or to the lead if they do not; of no use once the rule holds.
ASKS_TO_SIGN = frozenset({Kind.SIGN, Kind.SIGN_REMINDER, Kind.SIGN_OVERDUE})
# To those who were told that it started; to all who were told of it where nobody was.
WAY_BACK = frozenset({Kind.ROLLBACK, Kind.ROLLED_BACK, Kind.STOPPED})
# What is still of use after a cancellation.
OUTLIVES_CANCELLATION = frozenset({Kind.CANCELLATION, Kind.MENTION, Kind.UNWRITTEN})

# Besides the lines of the plan, what a person holds back with them; what stops a deployment, and
# what is written to single people, leaves nevertheless.
HELD_BESIDES_THE_PLAN = frozenset({Kind.CORRECTION})


class Awaits(TextChoices):
    """What has to be so before a message may leave."""

    NOTHING = "", "Nothing"
    SUBMITTED = "submitted", "The deployment is no draft"
    REVIEW = "review", "The deployment is in review or go"
    START = "start", "The deployment has started"
    COMPLETION = "completion", "The deployment is complete"


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
    BOUNCED = "bounced", "Bounced"


WAITING = frozenset({DeliveryState.SCHEDULED, DeliveryState.RETRY})
UNDER_WAY = frozenset({DeliveryState.CLAIMED, DeliveryState.DISPATCHING})
# It left at some time, whatever became of it afterwards.
LEFT = frozenset({DeliveryState.SENT, DeliveryState.BOUNCED})
# Of these it may still be heard that they came back.
MAY_COME_BACK = frozenset({DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DISPATCHING})
# Somebody has to look at it.
TROUBLED = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})
# Their last error says why they have not left.
EXPLAINED = TROUBLED | {DeliveryState.RETRY}
# The reader has it, or may have it.
TOLD = frozenset({DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DISPATCHING})


class Fate(Enum):
    """What is to become of a due message now; the values name the state it ends in."""

    LEAVE = "leave"
    WAIT = "wait"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    MISSED = "missed"


class EntryStatus(TextChoices):
    """What the calendar entry that goes with a copy says; most copies carry none."""

    NONE = "", "No entry"
    TENTATIVE = "tentative", "Planned"
    CONFIRMED = "confirmed", "Takes place"
    CANCELLED = "cancelled", "Does not take place"


class BounceKind(TextChoices):
    """Why a mail came back; a complaint did arrive, and its reader wants no more."""

    HARD = "hard", "The address takes no mail"
    SOFT = "soft", "It could not be delivered this time"
    COMPLAINT = "complaint", "Its reader called it unwanted"


class TrialState(TextChoices):
    """How far a test copy has come."""

    ASKED = "asked", "On its way"
    TAKEN = "taken", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class ChannelKind(TextChoices):
    """What stands at the other end of a channel."""

    SLACK = "slack", "Slack"
    TEAMS = "teams", "Teams"
    MATRIX = "matrix", "Matrix"
    WEBHOOK = "webhook", "Webhook"
