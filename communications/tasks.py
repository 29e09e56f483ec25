from celery import shared_task

from communications import sender


@shared_task(name="messages.sweep")
def sweep() -> None:
    sender.sweep()
