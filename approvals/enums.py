from enum import Enum

from django.db.models import TextChoices


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
