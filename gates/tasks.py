from celery import shared_task

from deployments import portal_hold, provenance
from gates import runner, sweeps


@shared_task(name="gates.execute")
def execute(run_id: int) -> None:
    with provenance.acting("worker"):
        runner.execute(run_id)


@shared_task(name="gates.try_out")
def try_out(pk: int) -> None:
    runner.try_out(pk)


@shared_task(name="gates.sweep")
def sweep() -> None:
    if portal_hold.is_on():
        return
    with provenance.acting("worker"):
        sweeps.sweep()
