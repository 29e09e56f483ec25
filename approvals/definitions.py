"""What sign-off is made of before it has rows; the shape in which intake hands it over."""

from dataclasses import dataclass
from datetime import timedelta

from approvals.enums import LONGEST_HOLD


@dataclass(frozen=True)
class RuleDefinition:
    """`role` is a role's key, `role_title` the name under which an unknown one is made."""

    role: str
    role_title: str
    statement: str
    line: int | None = None
    key: str | None = None
    count: int = 1
    order_group: int = 1
    time_sensitive: bool | None = None
    asked_until: timedelta | None = None
    holds_for: timedelta = LONGEST_HOLD


@dataclass(frozen=True)
class PolledDefinition:
    role: str
    role_title: str
    purpose: str = ""
    line: int | None = None
