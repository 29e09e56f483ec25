"""What a limit is made of while it is planned: a target, an alert threshold, a rollback trigger."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role
from deployments.described import Described
from monitoring.enums import Severity, TriggerMode
from monitoring.judging import NEED_BAD, NEED_GOOD
from monitoring.models import DEFAULT_COUNTDOWN


@dataclass(frozen=True)
class LimitPlan(Described):
    """Words, and the condition that a machine can judge; without one a person judges the words."""

    text: str
    condition: str = ""

    def plain(self) -> dict[str, str]:
        return {"text": self.text, "condition": self.condition}


@dataclass(frozen=True)
class AlertPlan(LimitPlan):
    severity: str = Severity.WARNING
    need_bad: int = NEED_BAD
    need_good: int = NEED_GOOD
    clears: str = ""

    def plain(self) -> dict[str, str]:
        return {
            **super().plain(),
            "severity": Severity(self.severity).label,
            "need_bad": str(self.need_bad),
            "need_good": str(self.need_good),
            "clears": self.clears,
        }


@dataclass(frozen=True)
class TriggerPlan(LimitPlan):
    mode: str = TriggerMode.RECOMMEND
    countdown_seconds: int = DEFAULT_COUNTDOWN
    decided_by: Role | None = None

    def plain(self) -> dict[str, str]:
        return {
            **super().plain(),
            "mode": TriggerMode(self.mode).label,
            "countdown_seconds": str(self.countdown_seconds),
            "decided_by": str(self.decided_by or "Ops leads"),
        }
