from celery import shared_task

from approvals import runner
from deployments import portal_hold


@shared_task(name="approvals.sweep")
def sweep() -> None:
    if portal_hold.is_on():
        return
    runner.tend_polls()
    runner.tend_requests()
    runner.ask_for_reports()
    runner.tell_shortages()
    runner.hold_undecided()
    runner.hold_missed_starts()
    runner.recall_broken()
