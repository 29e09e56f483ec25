"""What a sign-off rule is made of while it is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Role
from approvals.enums import LONGEST_HOLD
from deployments.described import Described


@dataclass(frozen=True)
class RulePlan(Described):
    """Under which role how many people sign what; rules with one `order_group` are parallel.

    `time_sensitive` None is as the role says, `asked_until` None until the poll opens.
    """

    role: Role
    statement: str
    count: int = 1
    order_group: int = 1
    time_sensitive: bool | None = None
    asked_until: timedelta | None = None
    holds_for: timedelta = LONGEST_HOLD

    def plain(self) -> dict[str, str]:
        return {
            "role": str(self.role),
            "statement": self.statement,
            "count": str(self.count),
            "order_group": str(self.order_group),
            "time_sensitive": str(self.time_sensitive),
            "asked_until": str(self.asked_until),
            "holds_for": str(self.holds_for),
        }
