"""Asking for reports: a result that will be too old at T0 is to be reported again before that."""

from datetime import datetime

from django.db import transaction

from approvals import waivers
from deployments import clock, history
from deployments.models import Deployment, Event
from gates import asking
from gates.models import Gate, ReportRequest


@transaction.atomic
def ask_for_reports(deployment_id: int) -> list[Event]:
    """Ask for what is due and not waived, each once for the time that is planned now."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    waived = waivers.signed_of(deployment)
    gates = asking.due(now).filter(deployment=deployment).order_by("position")
    return [_ask(deployment, gate, now) for gate in gates if gate.key not in waived]


def _ask(deployment: Deployment, gate: Gate, now: datetime) -> Event:
    assert deployment.t0 is not None
    ReportRequest.objects.create(
        gate=gate, schedule_revision=deployment.schedule_revision, asked_at=now
    )
    after = {
        "gate": gate.key,
        "due": deployment.t0.isoformat(),
        "holds_until": gate.stale_at.isoformat() if gate.stale_at else "",
        "revision": deployment.schedule_revision,
    }
    return history.record(deployment, "report asked", actor=None, obj=gate, after=after, at=now)
