"""What a sign-off rule is made of while it is planned."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role
from deployments.described import Described


@dataclass(frozen=True)
class RulePlan(Described):
    """Under which role how many people sign what; rules with one `order_group` are parallel."""

    role: Role
    statement: str
    count: int = 1
    order_group: int = 1

    def plain(self) -> dict[str, str]:
        return {
            "role": str(self.role),
            "statement": self.statement,
            "count": str(self.count),
            "order_group": str(self.order_group),
        }
