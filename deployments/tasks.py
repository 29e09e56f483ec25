from celery import shared_task

from deployments import outbox
from deployments.letters import sender


@shared_task(name="deployments.deliver_event")
def deliver_event(event_id: int) -> None:
    outbox.deliver(event_id)


@shared_task(name="deployments.sweep")
def sweep() -> None:
    outbox.deliver_due()
    sender.send_due()
