"""What of sign-off is itself signed: who must sign what, and who is polled."""

from typing import Any

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
            }
            for rule in rules
        ],
        "polled": [entry.role.key for entry in polled],
    }
