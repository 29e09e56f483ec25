"""Who holds a run: a lease that ends by itself, and a token that tells a late answer apart."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from deployments import clock
from deployments.clock import PortalNow
from gates.enums import RunState
from gates.models import GateRun, GateRunQuerySet
from statements import Change, built_once, change_built_once

# A healthy worker renews its lease long before it ends.
LEASE = timedelta(seconds=45)
BEAT_SECONDS = 15.0
# As text, since every sample asks it and building it takes longer than the answer.
STANDS = """
SELECT EXISTS (
    SELECT FROM gates_gaterun
    WHERE id = %s AND token = %s AND state = %s AND lease_until > portal_now()
)
"""
MOST_STARTS = 3


@dataclass(frozen=True)
class Claim:
    """One worker's hold on a run, good until another claim replaces the token."""

    run: GateRun
    token: uuid.UUID
    at: datetime

    @property
    def mine(self) -> GateRunQuerySet:
        """The row as long as nobody else has claimed it, to be written by one statement or not."""
        return GateRun.objects.held(self.run.pk, self.token)

    @property
    def stands(self) -> bool:
        """Whether nobody else may have begun since; a worker that stood still asks nobody then."""
        with connection.cursor() as cursor:
            cursor.execute(STANDS, [self.run.pk, self.token, RunState.RUNNING])
            return bool(cursor.fetchone()[0])

    @property
    def is_first(self) -> bool:
        """Nobody held the run before, so that it has no sample of an earlier claim."""
        return self.run.started_at == self.at


def claim(run_id: int) -> Claim | None:
    """Take a due run that nobody holds; None when somebody was faster or it is not due.

    A conditional UPDATE decides between workers, and finds the run as it was read, since each claim
    gives it another token. The deadline is fixed by the first claim, so that a run which no worker
    could take does not run out of time in the queue.
    """
    run = next(iter(_read(run_id)), None)
    if run is None:
        return None
    now, token = run.read_at, uuid.uuid4()
    run.started_at = run.started_at or now
    run.deadline = run.deadline or now + run.gate.timeout
    taken = _taken(
        run_id, run.token, now,
        token=token, lease_until=now + LEASE, started_at=run.started_at, deadline=run.deadline,
    )  # fmt: skip
    return Claim(run, token, now) if taken else None


@built_once
def _read(run: int) -> QuerySet[GateRun, Any]:
    """With all that is judged by, and the present time."""
    runs = GateRun.objects.select_related("gate__deployment__service").filter(pk=run)
    return runs.annotate(read_at=PortalNow()).order_by()


@change_built_once
def _taken(
    run: int,
    known_by: uuid.UUID,
    now: datetime,
    *,
    token: uuid.UUID,
    lease_until: datetime,
    started_at: datetime,
    deadline: datetime,
) -> Change:
    free = GateRun.objects.claimable(now).filter(pk=run, token=known_by, starts__lt=MOST_STARTS)
    return free, {
        "state": RunState.RUNNING,
        "token": token,
        "lease_until": lease_until,
        "starts": F("starts") + 1,
        "started_at": started_at,
        "deadline": deadline,
    }


@contextmanager
def beating(held: Claim, seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """Renew the lease every so many seconds while the worker measures, up to the run's deadline.

    A quick measurement ends before the first beat and costs no query.
    """
    over = threading.Event()

    def beat() -> None:
        if over.wait(seconds):
            return
        try:
            while _renewed(held) and not over.wait(seconds):
                pass
        finally:
            connection.close()

    heart = threading.Thread(target=beat, daemon=True, name=f"heart of run {held.run.pk}")
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _renewed(held: Claim) -> bool:
    now = clock.now()
    if held.run.deadline is not None and now >= held.run.deadline:
        return False
    return bool(held.mine.update(lease_until=now + LEASE))
