from celery import shared_task

from api import deliveries


@shared_task(name="api.sweep")
def sweep() -> None:
    deliveries.sweep()
