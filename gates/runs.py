"""Asking for runs: the rows that workers claim."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max

from accounts.models import User
from deployments import clock, hints, history
from deployments.models import Deployment
from gates.enums import GREEN, GateState
from gates.models import Gate, GateRun, Report


def idle(gates: Iterable[Gate]) -> list[Gate]:
    """Those that a worker can answer and that no run is answering now."""
    runnable = [gate for gate in gates if gate.is_runnable]
    busy = set(GateRun.objects.live().filter(gate__in=runnable).values_list("gate_id", flat=True))
    return [gate for gate in runnable if gate.pk not in busy]


def queue(
    deployment: Deployment,
    gates: Sequence[Gate],
    *,
    actor: User | None,
    looks: bool = False,
    report: Report | None = None,
) -> list[GateRun]:
    """Write one run for each idle gate and wake the workers; the caller holds the lock.

    A green gate keeps its verdict until the new run is complete, so that looking again never
    takes back a GO by itself. `looks` are single samples that look after what passed; a `report`
    that was handed in is what the one gate's run reads.
    """
    if not gates:
        return []
    now = clock.now()
    newest = dict(
        Gate.objects.filter(pk__in=[gate.pk for gate in gates])
        .annotate(newest=Max("runs__number"))
        .values_list("pk", "newest")
    )
    runs = GateRun.objects.bulk_create(
        GateRun(
            gate=gate,
            number=(newest[gate.pk] or 0) + 1,
            follows_id=_followed(gate) if looks else None,
            report=report,
            requested_by=actor,
            requested_at=now,
            due_at=now if looks or report else now + gate.settle,
            hinted_at=now,
        )
        for gate in gates
    )
    for run in runs:
        hints.hint("gates.execute", run.pk)
    waiting = [gate for gate in gates if gate.state not in GREEN]
    before = {gate.key: gate.state for gate in gates}
    _show_waiting(waiting, now)
    if waiting or actor is not None:
        _record_request(deployment, gates, before, actor=actor, at=now)
    else:
        hints.changed(deployment.pk)
    return runs


def _followed(gate: Gate) -> int | None:
    """The run that made it green, through any look since."""
    if gate.last_sample is None:
        return None
    passed_by = gate.last_sample.run
    return passed_by.follows_id or passed_by.pk


def _show_waiting(gates: Iterable[Gate], now: datetime) -> None:
    for gate in gates:
        gate.state = GateState.SETTLING if gate.settle else GateState.SAMPLING
        gate.state_at, gate.state_reason = now, ""
    Gate.objects.bulk_update(gates, ["state", "state_at", "state_reason"])


def _record_request(
    deployment: Deployment,
    gates: Sequence[Gate],
    before: dict[str, str],
    *,
    actor: User | None,
    at: datetime,
) -> None:
    """One event, however many gates are run at once."""
    history.record(
        deployment,
        "gate run requested" if len(gates) == 1 else "gate runs requested",
        actor=actor,
        obj=gates[0] if len(gates) == 1 else None,
        before={"state": before},
        after={"state": {gate.key: str(gate.state) for gate in gates}},
        at=at,
    )
