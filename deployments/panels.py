"""The history and the comments of one deployment as every viewer sees them."""

from typing import Any

from deployments.mentions import by_username, people_of
from deployments.models import Deployment

RECENT = 100


def history_panel(deployment: Deployment) -> dict[str, Any]:
    events = deployment.events.select_related("on_behalf_of").order_by("-sequence")[:RECENT]
    return {"events": list(events), "older": max(0, deployment.event_count - RECENT)}


def comments_panel(deployment: Deployment) -> dict[str, Any]:
    newest = deployment.comments.select_related("author").order_by("-pk")[: RECENT + 1]
    comments = list(newest)
    older = deployment.comments.count() - RECENT if len(comments) > RECENT else 0
    names = any("@" in comment.text for comment in comments)
    known = by_username(people_of(deployment.service)) if names else {}
    return {"comments": comments[:RECENT], "older": older, "known": known}
