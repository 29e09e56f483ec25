from celery import shared_task

from communications import rehearsal, sender


@shared_task(name="messages.sweep")
def sweep() -> None:
    sender.sweep()
    rehearsal.sweep()
