"""Who holds a run: a lease that ends by itself, and a token that tells a late answer apart."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from deployments import clock
from gates.enums import RunState
from gates.models import GateRun

# Longer than any probe may last, so that no healthy worker loses its run.
LEASE = timedelta(seconds=45)
MOST_STARTS = 3


@dataclass(frozen=True)
class Claim:
    """One worker's hold on a run, good until another claim replaces the token."""

    run: GateRun
    token: uuid.UUID


def claim(run_id: int) -> Claim | None:
    """Take a due run that nobody holds; None when somebody was faster or it is not due.

    A conditional UPDATE decides between workers. The deadline is fixed by the first claim, so
    that a run which no worker could take does not run out of time in the queue.
    """
    run = GateRun.objects.select_related("gate").filter(pk=run_id).first()
    if run is None:
        return None
    now, token = clock.now(), uuid.uuid4()
    run.started_at = run.started_at or now
    run.deadline = run.deadline or now + run.gate.timeout
    taken = (
        GateRun.objects.claimable(now)
        .filter(pk=run_id, starts__lt=MOST_STARTS)
        .update(
            state=RunState.RUNNING,
            token=token,
            lease_until=now + LEASE,
            starts=F("starts") + 1,
            started_at=run.started_at,
            deadline=run.deadline,
        )
    )
    return Claim(run, token) if taken else None
