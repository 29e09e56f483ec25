from celery import shared_task

from checklists import sweeps
from deployments import portal_hold, provenance


@shared_task(name="checklists.sweep")
def sweep() -> None:
    if portal_hold.is_on():
        return
    with provenance.acting("worker"):
        sweeps.sweep()
