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
