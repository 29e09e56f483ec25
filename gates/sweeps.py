"""What no hint may be trusted with: due samples, dead workers, lost time, and freshness."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from deployments import clock
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment
from deployments.waking import wake
from gates import standing, tries
from gates.claims import MOST_STARTS
from gates.enums import GREEN, GateState, RunState
from gates.models import Gate, GateRun
from gates.runs import queue

BATCH = 500
# Where a start may come of it; a draft that nobody asks about is not measured for ever.
ASKED = frozenset({State.IN_REVIEW, State.GO})
# A worker that was told of a run and has not taken it is told again after this.
PATIENCE = timedelta(seconds=15)
# How long past its deadline a run may wait for the worker that holds it.
GRACE = timedelta(minutes=1)
# From here before T0 on, what can be measured is kept fresh by itself.
KEEP_FRESH_BEFORE_T0 = timedelta(hours=2)


def sweep() -> None:
    now = clock.now()
    end_abandoned(now)
    wake_due(now)
    tries.forget(now)
    age(now)
    look_after(now)
    keep_fresh(now)


def wake_due(now: datetime) -> int:
    """Tell a worker of every run that is due, held by nobody, and not just told of."""
    untold = Q(hinted_at__lt=F("due_at")) | Q(hinted_at__lt=now - PATIENCE)
    due = GateRun.objects.claimable(now).filter(untold, starts__lt=MOST_STARTS)
    return wake(due.order_by("due_at"), "gates.execute", now)


def end_abandoned(now: datetime) -> None:
    """No run stays running: too many dead workers, or no time left."""
    free = GateRun.objects.claimable(now).select_related("gate")
    for run in free.filter(starts__gte=MOST_STARTS)[:BATCH]:
        _end(run, GateState.ERRORED, f"No worker came back with an answer in {MOST_STARTS} starts.")
    for run in free.filter(deadline__lt=now - GRACE)[:BATCH]:
        _end(run, GateState.INCONCLUSIVE, "Time ran out before enough was measured.")


@transaction.atomic
def _end(run: GateRun, outcome: GateState, reason: str) -> None:
    deployment = Deployment.objects.lock(run.gate.deployment_id)
    now = clock.now()
    is_free = (
        GateRun.objects.claimable(now)
        .filter(pk=run.pk, token=run.token)
        .update(
            state=RunState.COMPLETE,
            outcome=outcome,
            reason=reason,
            finished_at=now,
            lease_until=None,
        )
    )
    if is_free:
        gate = deployment.gates.get(pk=run.gate_id)
        standing.adopt(deployment, gate, outcome, reason=reason, at=now)


def age(now: datetime) -> None:
    """Green gates that are no longer fresh become stale; after the start nobody asks any more."""
    old = Gate.objects.filter(stale_at__lte=now)
    old.exclude(deployment__state__in=sorted(BEFORE_START)).update(stale_at=None)
    for pk, deployment_id in old.values_list("pk", "deployment_id")[:BATCH]:
        _make_stale(pk, deployment_id, now)


@transaction.atomic
def _make_stale(pk: int, deployment_id: int, now: datetime) -> None:
    deployment = Deployment.objects.lock(deployment_id)
    gate = deployment.gates.filter(pk=pk, stale_at__lte=now, state__in=sorted(GREEN)).first()
    if gate is None:
        return
    standing.adopt(deployment, gate, GateState.STALE, reason=gate.why_stale, at=now)


def look_after(now: datetime) -> None:
    """What passed is measured on, at half its freshness, as long as a start may come of it."""
    ageing = _idle().filter(state__in=sorted(GREEN), stale_at__lte=now + F("freshness") / 2)
    _ask_again(ageing.filter(deployment__state__in=ASKED), looks=True)


def keep_fresh(now: datetime) -> None:
    """Near T0, and as long as a GO stands, what went stale is measured anew."""
    near = Q(
        deployment__state=State.IN_REVIEW,
        deployment__t0__lte=now + KEEP_FRESH_BEFORE_T0,
        deployment__window_end__gt=now,
    )
    stale = _idle().filter(state=GateState.STALE)
    _ask_again(stale.filter(near | Q(deployment__state=State.GO)), looks=False)


def _idle() -> QuerySet[Gate]:
    """Gates that a worker can answer, with no run under way."""
    live = GateRun.objects.live().filter(gate=OuterRef("pk"))
    return Gate.objects.runnable().filter(~Exists(live))


def _ask_again(wanted: QuerySet[Gate], *, looks: bool) -> None:
    for pk in set(wanted.values_list("deployment_id", flat=True)[:BATCH]):
        with transaction.atomic():
            deployment = Deployment.objects.lock(pk)
            if deployment.state in ASKED:
                of_it = wanted.filter(deployment=deployment).select_related("last_sample__run")
                queue(deployment, list(of_it), actor=None, looks=looks)
