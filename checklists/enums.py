from django.db.models import TextChoices


class Kind(TextChoices):
    CHECK = "check", "Check"
    STEP = "step", "Step"
    ROLLBACK_STEP = "rollback_step", "Rollback step"
    CRITERION = "criterion", "Success criterion"


class Phase(TextChoices):
    BEFORE = "before", "Before"
    DURING = "during", "During"
    AFTER = "after", "After"
    ROLLBACK = "rollback", "Rollback"


DEFAULT_PHASE: dict[Kind, Phase] = {
    Kind.CHECK: Phase.BEFORE,
    Kind.STEP: Phase.DURING,
    Kind.ROLLBACK_STEP: Phase.ROLLBACK,
    Kind.CRITERION: Phase.AFTER,
}


class ItemState(TextChoices):
    OPEN = "open", "Open"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    NOT_APPLICABLE = "not_applicable", "Not applicable"


# Steps of these phases run in order on the day, and one that fails asks how it goes on.
ON_THE_DAY = frozenset({Phase.DURING, Phase.ROLLBACK})
CLOSED = frozenset({ItemState.DONE, ItemState.SKIPPED, ItemState.NOT_APPLICABLE})
UNCLOSED = frozenset(ItemState) - CLOSED


class Show(TextChoices):
    """Which items of a tab a person wants to see."""

    OPEN = "open", "Open"
    LATE = "late", "Late"
    MINE = "mine", "Mine"


class EvidenceKind(TextChoices):
    TEXT = "text", "Text"
    LINK = "link", "Link"
    NUMBER = "number", "Number"
    FILE = "file", "File"


class AttemptState(TextChoices):
    """How far a worker has come with the command of a step."""

    WAITING = "waiting", "Waits for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Ended well"
    FAILED = "failed", "Failed"
    STUCK = "stuck", "Stuck"
    ENDED = "ended", "Ended by hand"


LIVE_ATTEMPT = frozenset({AttemptState.WAITING, AttemptState.RUNNING})


class Answer(TextChoices):
    """How it goes on after a step failed; stop and roll back have pages of their own."""

    RETRY = "retry", "Try it again"
    DONE = "done", "It came through after all"
    SKIP = "skip", "Skip it"
