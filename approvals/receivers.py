"""What may break a GO or move the poll is looked at at once; the sweep finds what was missed."""

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
    "exemption taken back",
)

MAY_SETTLE_REQUESTS = (
    "submitted",
    "resumed",
    "recalled",
    "reopened",
    "decided",
    "not decided",
    "glass broken",
    "cancelled",
    "rescheduled",
    "content changed",
    "signed",
    "rejected",
    "changes requested",
    "abstained",
    "signature withdrawn",
    "objection lifted",
)
MAY_MOVE_POLL = ("scheduled", "rescheduled", "cancelled")


def look_again(event: Event) -> None:
    if event.deployment_id:
        services.recall_if_broken(event.deployment_id)


def tend_poll(event: Event) -> None:
    if event.deployment_id:
        services.tend(event.deployment_id)


def tend_requests(event: Event) -> None:
    if event.deployment_id:
        services.tend_requests(event.deployment_id)
