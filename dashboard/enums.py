from django.db.models import TextChoices


class Asks(TextChoices):
    """What kind of word a deployment waits for; a filter of the inbox."""

    SIGNATURE = "signature", "Signatures"
    ANSWER = "answer", "Answers in a poll"
    DECISION = "decision", "Go/no-go decisions"
    WAIVER = "waiver", "Waivers"
    ITEM = "item", "Items to leave out"
    REVIEW = "review", "Reviews"
    STEP = "step", "Failed steps"
    ROLLBACK = "rollback", "Rollback questions"
