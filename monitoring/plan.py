"""What a limit is made of while it is planned: a target, an alert threshold, a rollback trigger."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.described import Described
from monitoring.enums import Severity, TriggerMode


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

    def plain(self) -> dict[str, str]:
        return {**super().plain(), "severity": Severity(self.severity).label}


@dataclass(frozen=True)
class TriggerPlan(LimitPlan):
    mode: str = TriggerMode.RECOMMEND

    def plain(self) -> dict[str, str]:
        return {**super().plain(), "mode": TriggerMode(self.mode).label}
