from datetime import timedelta
from enum import Enum

from django.db.models import IntegerChoices, TextChoices

# Until when a GO may be started, unless the decision says otherwise.
LATEST_START_AFTER_T0 = timedelta(minutes=30)
# How long after it was given a signature may allow a start, at the most.
LONGEST_HOLD = timedelta(days=14)


class Choice(TextChoices):
    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"
    REQUEST_CHANGES = "request_changes", "Request changes"
    ABSTAIN = "abstain", "Abstain"
    WITHDRAW = "withdraw", "Withdraw"


BLOCKING = frozenset({Choice.REJECT, Choice.REQUEST_CHANGES})
NEEDS_REASON = frozenset({Choice.REJECT, Choice.REQUEST_CHANGES, Choice.WITHDRAW})


class Verdict(TextChoices):
    GO = "go", "GO"
    HOLD = "hold", "HOLD"
    NO_GO = "no_go", "NO-GO"


class Mend(Enum):
    """Where something that a draft lacks is mended; the words of the link that leads there."""

    TIME = "Set the time"
    RULES = "Edit who is asked to sign"
    PEOPLE = "See who holds what"
    FACTS = "Edit the facts"
    CHECKLIST = "Open the checklist"


# Of several answers under one role the worst counts; silence is a hold.
GRAVITY: dict[Verdict, int] = {Verdict.GO: 0, Verdict.HOLD: 1, Verdict.NO_GO: 2}


class Closed(TextChoices):
    """Why a round of the poll is over."""

    TIME = "time", "its time was over"
    MOVED = "moved", "the time T0 moved"
    LEFT = "left", "the review ended"


class Stage(IntegerChoices):
    """What was said last to those whose signature is asked for; shares of the time they have."""

    ASKED = 0, "Asked"
    HALF = 50, "Reminded at half the time"
    LATE = 80, "Reminded at four fifths of the time"
    OVERDUE = 100, "Overdue; the release lead was told"
