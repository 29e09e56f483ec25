from celery import shared_task

from checklists import runner, sweeps
from deployments import portal_hold, provenance


@shared_task(name="checklists.sweep")
def sweep() -> None:
    if portal_hold.is_on():
        return
    with provenance.acting("worker"):
        sweeps.sweep()


@shared_task(name="checklists.run_command")
def run_command(attempt_id: int) -> None:
    with provenance.acting("worker"):
        runner.execute(attempt_id)
