from celery import shared_task

from checklists import sweeps
from deployments import provenance


@shared_task(name="checklists.sweep")
def sweep() -> None:
    with provenance.acting("worker"):
        sweeps.sweep()
