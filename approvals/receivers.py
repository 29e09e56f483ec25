"""What may break a GO is looked at as soon as it is known; the sweep finds what was missed."""

from approvals import services
from deployments.models import Event

MAY_BREAK_GO = (
    "rescheduled",
    "content changed",
    "item reopened",
    "item failed",
    "gate failed",
    "gate errored",
    "gate inconclusive",
    "rejected",
    "changes requested",
    "signature withdrawn",
)


def look_again(event: Event) -> None:
    if event.deployment_id:
        services.recall_if_broken(event.deployment_id)
