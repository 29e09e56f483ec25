"""A result that CI posts, or that a person enters by hand with value and evidence."""

from gates.declared import Settings, Told
from gates.enums import Kind
from gates.schedules import REPORT


class ReportedSettings(Settings):
    """Nothing to say: the condition judges the value, or the reporter says the outcome."""

    called = "A reported gate"


KIND = Told(
    kind=Kind.REPORTED,
    asks="What does CI, or a person with evidence, say?",
    settings=ReportedSettings,
    schedule=REPORT,
    version="report/1",
    red=(
        "reported as bad, or the value does not meet the condition",
        "refused: no outcome where there is no condition, or a value that is no number",
    ),
)
