"""The words a gate uses for one sample, for its standing, and for a run."""

from django.db.models import TextChoices


class Outcome(TextChoices):
    """What one measurement said; an error could not measure and is neither good nor bad."""

    GOOD = "good", "Good"
    WARN = "warn", "Warning"
    BAD = "bad", "Bad"
    NO_DATA = "no_data", "No data"
    ERROR = "error", "Could not measure"


class GateState(TextChoices):
    PENDING = "pending", "Not run yet"
    SETTLING = "settling", "Settling"
    SAMPLING = "sampling", "Sampling"
    PASSED = "passed", "Passed"
    WARNED = "warned", "Passed with warning"
    FAILED = "failed", "Failed"
    INCONCLUSIVE = "inconclusive", "Inconclusive"
    ERRORED = "errored", "Could not be measured"
    STALE = "stale", "Stale"


GREEN = frozenset({GateState.PASSED, GateState.WARNED})
UNDER_WAY = frozenset({GateState.SETTLING, GateState.SAMPLING})


class RunState(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"


LIVE_RUN = frozenset({RunState.QUEUED, RunState.RUNNING})


class Kind(TextChoices):
    HTTP = "http", "HTTP health"
    REPORTED = "reported", "Reported result"


RUNNABLE = frozenset({Kind.HTTP})
