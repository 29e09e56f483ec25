"""What the watch panel shows to everybody."""

from typing import Any

from checklists.enums import CLOSED, Phase
from deployments.enums import State
from deployments.models import Deployment
from monitoring.enums import Severity
from monitoring.models import DEFAULT_WATCH, Watch


def watch_panel(deployment: Deployment) -> dict[str, Any]:
    """The watch in five queries, however much is watched."""
    criteria = list(deployment.items.filter(phase=Phase.AFTER).order_by("position"))
    waiting = [item for item in criteria if item.required and item.state not in CLOSED]
    watch = Watch.objects.filter(deployment=deployment).first()
    return {
        "deployment": deployment,
        "watch": watch,
        "hours": _hours(watch),
        "targets": list(deployment.targets.order_by("position")),
        "triggers": list(deployment.triggers.order_by("position")),
        "alerts": list(deployment.alertrules.order_by("position")),
        "critical": Severity.CRITICAL,
        "judged": len(criteria) - len(waiting),
        "criteria": len(criteria),
        "waiting": len(waiting),
        "can_close": deployment.state == State.WATCHING,
    }


def _hours(watch: Watch | None) -> int:
    length = watch.length if watch else DEFAULT_WATCH
    return round(length.total_seconds() / 3600)
