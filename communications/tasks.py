from celery import shared_task

from communications import rehearsal, sender
from communications.chat import poster


@shared_task(name="messages.sweep")
def sweep() -> None:
    sender.sweep()
    poster.sweep()
    rehearsal.sweep()
