"""A bare Celery task beside which a gate's run is measured; a worker loads it with --include."""

from celery import shared_task


@shared_task(name="gates.do_nothing")
def do_nothing() -> None:
    """The name's first part leads it to the queue of the gates."""
