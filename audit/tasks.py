from celery import shared_task
from django.conf import settings

from audit import checkpoints, daily, runner, sender
from deployments import provenance


@shared_task(name="audit.make_export")
def make_export(export_id: int) -> None:
    with provenance.acting("worker"):
        runner.make_waiting(export_id)


@shared_task(name="audit.sweep")
def sweep() -> None:
    """What is due: a checkpoint, its copies, the daily check, exports whose hint was lost."""
    with provenance.acting("worker"):
        checkpoints.make_if_due()
        sender.sweep(settings.PORTAL_URL)
        runner.sweep()
        daily.verify_if_due()
