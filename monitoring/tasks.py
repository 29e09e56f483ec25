from celery import shared_task

from deployments import portal_hold, provenance
from monitoring import prober, sweeps


@shared_task(name="monitoring.sample")
def sample(series_id: int) -> None:
    with provenance.acting("worker"):
        prober.sample(series_id)


@shared_task(name="monitoring.sweep")
def sweep() -> None:
    if portal_hold.is_on():
        return
    with provenance.acting("worker"):
        sweeps.sweep()
