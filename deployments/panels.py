"""The history of one deployment as every viewer sees it."""

from typing import Any

from deployments.models import Deployment

RECENT = 100


def history_panel(deployment: Deployment) -> dict[str, Any]:
    events = deployment.events.order_by("-sequence")[:RECENT]
    return {"events": list(events), "older": max(0, deployment.event_count - RECENT)}
