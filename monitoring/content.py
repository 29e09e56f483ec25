"""What of the watch is signed: rollback triggers and targets; alerts and charts are not."""

from typing import Any

from deployments.models import Deployment


def collect(deployment: Deployment) -> dict[str, Any]:
    return {
        "targets": [
            {"key": target.key, "text": target.text, "condition": target.condition}
            for target in deployment.targets.order_by("key")
        ],
        "triggers": [
            {
                "key": trigger.key,
                "text": trigger.text,
                "condition": trigger.condition,
                "mode": trigger.mode,
            }
            for trigger in deployment.triggers.order_by("key")
        ],
    }
