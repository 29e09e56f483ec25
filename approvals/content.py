"""What of sign-off is itself signed: who must sign what, and who is polled."""

from typing import Any

from approvals.enums import LONGEST_HOLD
from approvals.models import Rule
from approvals.rollcall import is_held
from deployments.models import Deployment


def collect(deployment: Deployment) -> dict[str, Any]:
    rules = deployment.rules.select_related("role").order_by("key")
    polled = deployment.polled_roles.select_related("role").order_by("role__key")
    return {
        "rules": [
            {
                "key": rule.key,
                "role": rule.role.key,
                "statement": rule.statement,
                "count": rule.count,
                "order_group": rule.order_group,
                **_limits(rule),
            }
            for rule in rules
        ],
        "polled": [entry.role.key for entry in polled],
        **({} if is_held(deployment) else {"poll": False}),
    }


def _limits(rule: Rule) -> dict[str, Any]:
    """Only what differs from the usual, so that what never named it keeps its hash."""
    limits: dict[str, Any] = {}
    if rule.time_sensitive is not None:
        limits["time_sensitive"] = rule.time_sensitive
    if rule.asked_until is not None:
        limits["asked_until_hours"] = int(rule.asked_until.total_seconds() // 3600)
    if rule.holds_for != LONGEST_HOLD:
        limits["holds_for_days"] = rule.holds_for.days
    return limits
