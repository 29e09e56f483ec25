"""The words a gate uses for one sample, for its standing, and for a run."""

from django.db.models import TextChoices


class Outcome(TextChoices):
    """What one measurement said; an error could not measure and is neither good nor bad."""

    GOOD = "good", "Good"
    WARN = "warn", "Warning"
    BAD = "bad", "Bad"
    NO_DATA = "no_data", "No data"
    ERROR = "error", "Could not measure"


class OnNoData(TextChoices):
    """What a sample without data is to a run."""

    WAIT = "wait", "Wait for data"
    BAD = "bad", "Count it as bad"
    END = "end", "End without a result"


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
    TLS = "tls", "TLS certificate"
    PROMETHEUS = "prometheus", "Prometheus query"
    JSON = "json", "JSON over HTTP"
    JUNIT = "junit", "JUnit test report"
    CARGO_TEST = "cargo_test", "cargo test output"
    COBERTURA = "cobertura", "Cobertura coverage"
    JACOCO = "jacoco", "JaCoCo coverage"
    SARIF = "sarif", "SARIF findings"
    TRIVY = "trivy", "Trivy scan"
    GRYPE = "grype", "Grype scan"
    CARGO_AUDIT = "cargo_audit", "cargo audit report"
    GIT = "git", "Git branch"
    MIGRATIONS = "migrations", "Pending migrations"
    BACKUP = "backup", "Backup age"
    COMMAND = "command", "Declared command"
    REPORTED = "reported", "Reported result"


class Source(TextChoices):
    """What tells the value of a metric; what is asked goes by the name of the kind that asks it."""

    NONE = "none", "Nothing yet"
    PROMETHEUS = Kind.PROMETHEUS.value, "Prometheus query"
    JSON = Kind.JSON.value, "JSON over HTTP"
    HTTP = Kind.HTTP.value, "HTTP response time"
    PUSHED = "pushed", "Pushed by a machine"
    BY_HAND = "by_hand", "Typed by hand"


ASKED = frozenset({Source.PROMETHEUS, Source.JSON, Source.HTTP})
