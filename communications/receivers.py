"""What the message plan does when it hears of an event."""

from communications import services
from deployments.models import Deployment, Event

# After each of these another anchor may be known, or rows may be missing for other reasons.
PLANS_AFTER = (
    "scheduled",
    "rescheduled",
    "submitted",
    "resumed",
    "decided",
    "started",
    "completed",
    "watch opened",
)


def plan(event: Event) -> None:
    if event.deployment_id:
        services.plan_messages(Deployment.objects.lock(event.deployment_id))


def give_up(event: Event) -> None:
    if event.deployment_id:
        services.cancel_messages(Deployment.objects.lock(event.deployment_id))
