from celery import shared_task

from deployments import provenance
from intake.review import services


@shared_task(name="intake.read")
def read(document_id: int) -> None:
    with provenance.acting("worker"):
        services.read_waiting(document_id)


@shared_task(name="intake.sweep")
def sweep() -> None:
    """Documents whose hint was lost, or whose reader died."""
    with provenance.acting("worker"):
        for document_id in services.waiting():
            services.read_waiting(document_id)
