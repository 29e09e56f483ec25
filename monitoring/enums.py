"""The words of the watch: how bad, where a limit stands, and what became of a question."""

from django.db.models import TextChoices


class Severity(TextChoices):
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class TriggerMode(TextChoices):
    RECOMMEND = "recommend", "Recommend a rollback"
    AUTOMATIC = "automatic", "Roll back by itself"


class Standing(TextChoices):
    """Of a limit, as the readings so far say it."""

    CALM = "calm", "Within limits"
    RAISED = "raised", "Beyond the limit"


class Outcome(TextChoices):
    """Of one reading; only a good one has a value, and nothing else counts as healthy."""

    GOOD = "good", "Value"
    NO_DATA = "no_data", "No data"
    ERROR = "error", "Error"


class Means(TextChoices):
    """How a reading came here."""

    ASKED = "asked", "Asked by the portal"
    PUSHED = "pushed", "Sent by a machine"
    BY_HAND = "by_hand", "Entered by hand"


class Channel(TextChoices):
    """How an incident was reported."""

    PAGE = "page", "On the page"
    LINK = "link", "By the stakeholder link"
    MACHINE = "machine", "By a machine"


class Verdict(TextChoices):
    """On a target or a criterion; an unknown one was looked at, and says why it is not known."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly met"
    NOT_MET = "not_met", "Not met"
    UNKNOWN = "unknown", "Unknown"


class Result(TextChoices):
    """What a deployment came to in the end, as those who close it say."""

    SUCCEEDED = "succeeded", "Succeeded"
    PARTLY = "partly", "Succeeded in part"
    FAILED = "failed", "Failed"


class Answer(TextChoices):
    """What became of the question whether to roll back."""

    ASKED = "asked", "Waiting for an answer"
    UNANSWERED = "unanswered", "Nobody answered in time"
    ROLLED_BACK = "rolled_back", "Rolled back"
    STAYED = "stayed", "Stays"
    WITHDRAWN = "withdrawn", "No longer asked"


OPEN_ANSWERS = frozenset({Answer.ASKED, Answer.UNANSWERED})
