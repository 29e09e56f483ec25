"""What the watch does when it hears of an event."""

from deployments.models import Event
from monitoring import services


def open_watch(event: Event) -> None:
    if event.deployment_id:
        services.open_watch(event.deployment_id)


def settle_question(event: Event) -> None:
    if event.deployment_id:
        services.rolled_back_otherwise(event.deployment_id)
