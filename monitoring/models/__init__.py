"""Is it healthy afterwards?"""

from monitoring.models.alerts import Alert, Question
from monitoring.models.definitions import (
    DEFAULT_COUNTDOWN,
    AlertRule,
    Definition,
    Judged,
    Target,
    Trigger,
    Widget,
)
from monitoring.models.judgments import Closing, Incident, Judgment, judgment_of
from monitoring.models.watch import DEFAULT_PACE, DEFAULT_WATCH, Reading, Series, Watch

__all__ = [
    "DEFAULT_COUNTDOWN",
    "DEFAULT_PACE",
    "DEFAULT_WATCH",
    "Alert",
    "AlertRule",
    "Closing",
    "Definition",
    "Incident",
    "Judged",
    "Judgment",
    "Question",
    "Reading",
    "Series",
    "Target",
    "Trigger",
    "Watch",
    "Widget",
    "judgment_of",
]
