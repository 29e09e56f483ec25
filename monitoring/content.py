"""What of the watch is signed: rollback triggers and targets; alerts and charts are not."""

from typing import Any

from deployments.models import Deployment
from monitoring.models import DEFAULT_COUNTDOWN, Trigger


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
                **_countdown(trigger),
                **_decider(trigger),
            }
            for trigger in deployment.triggers.select_related("decided_by").order_by("key")
        ],
    }


def _countdown(trigger: Trigger) -> dict[str, int]:
    """The usual countdown is not named, so that plans from before there were others hash alike."""
    if trigger.countdown_seconds == DEFAULT_COUNTDOWN:
        return {}
    return {"countdown_seconds": trigger.countdown_seconds}


def _decider(trigger: Trigger) -> dict[str, str]:
    """The ops leads are not named, for the same reason."""
    return {"decided_by": trigger.decided_by.key} if trigger.decided_by else {}
