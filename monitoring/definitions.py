"""What is watched before it has rows; the shape in which intake hands it over."""

from dataclasses import dataclass, field

from accounts.models import Role
from monitoring.enums import Severity, TriggerMode
from monitoring.judging import NEED_BAD, NEED_GOOD
from monitoring.models import DEFAULT_COUNTDOWN
from monitoring.plan import AlertPlan, LimitPlan, TriggerPlan


@dataclass(frozen=True)
class TargetDefinition:
    """An empty condition means that only a person can judge the text."""

    text: str
    condition: str = ""
    line: int | None = None
    key: str | None = None

    @property
    def plan(self) -> LimitPlan:
        return LimitPlan(self.text, self.condition)


@dataclass(frozen=True)
class AlertDefinition:
    text: str
    condition: str = ""
    severity: str = Severity.WARNING
    line: int | None = None
    key: str | None = None
    need_bad: int = NEED_BAD
    need_good: int = NEED_GOOD
    clears: str = ""

    @property
    def plan(self) -> AlertPlan:
        return AlertPlan(
            self.text, self.condition, self.severity, self.need_bad, self.need_good, self.clears
        )


@dataclass(frozen=True)
class TriggerDefinition:
    """Without a role in `decided_by` the ops leads decide; the role need not have a row yet."""

    text: str
    condition: str = ""
    mode: str = TriggerMode.RECOMMEND
    line: int | None = None
    key: str | None = None
    countdown_seconds: int = DEFAULT_COUNTDOWN
    decided_by: Role | None = None

    @property
    def plan(self) -> TriggerPlan:
        return TriggerPlan(
            self.text, self.condition, self.mode, self.countdown_seconds, self.decided_by
        )


LimitDefinition = TargetDefinition | AlertDefinition | TriggerDefinition


@dataclass(frozen=True)
class WidgetDefinition:
    title: str
    series: list[str] = field(default_factory=list)
    line: int | None = None
