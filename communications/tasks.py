from celery import shared_task

from communications import sender
from communications.chat import poster
from communications.trials import rehearsal


@shared_task(name="messages.sweep")
def sweep() -> None:
    sender.sweep()
    poster.sweep()
    rehearsal.sweep()
