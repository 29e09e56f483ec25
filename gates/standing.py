"""Where a gate stands: the only place that assigns its state, always with its event."""

from datetime import datetime

from accounts.models import User
from deployments import clock, hints, history
from deployments.models import Deployment
from gates.enums import GREEN, GateState, RunState
from gates.models import Gate, GateRun, Sample

VERBS: dict[GateState, str] = {
    GateState.SAMPLING: "gate being measured",
    GateState.PASSED: "gate passed",
    GateState.WARNED: "gate warned",
    GateState.FAILED: "gate failed",
    GateState.INCONCLUSIVE: "gate inconclusive",
    GateState.ERRORED: "gate errored",
    GateState.STALE: "gate stale",
}


def adopt(
    deployment: Deployment,
    gate: Gate,
    state: GateState,
    *,
    reason: str,
    sample: Sample | None = None,
    actor: User | None = None,
    on_behalf_of: User | None = None,
    at: datetime | None = None,
) -> None:
    """Let the newest complete run's verdict stand; the caller holds the deployment's lock.

    The same verdict again is no change of state: it keeps the gate fresh and is no event.
    """
    before, at = gate.state, at or clock.now()
    gate.state, gate.state_reason = state, reason
    if sample is not None:
        gate.last_sample = sample
    gate.stale_at = at + gate.freshness if state in GREEN else None
    if before != state:
        gate.state_at = at
    gate.save(update_fields=["state", "state_reason", "state_at", "stale_at", "last_sample"])
    if before == state:
        hints.changed(deployment.pk)
        return
    after = {"state": state.value, "value": sample.value if sample else ""}
    history.record(
        deployment,
        VERBS[state],
        actor=actor,
        obj=gate,
        before={"state": str(before)},
        after=after,
        reason=reason,
        on_behalf_of=on_behalf_of,
        at=at,
    )


def mark_stale(
    deployment: Deployment, gate: Gate, *, reason: str, actor: User | None = None
) -> None:
    """What was measured no longer answers the question; the caller holds the deployment's lock.

    A run under way would answer the old question, so its worker's result will be thrown away.
    """
    end_live_run(gate, GateState.STALE, reason)
    if gate.state != GateState.PENDING:
        adopt(deployment, gate, GateState.STALE, reason=reason, actor=actor)


def end_live_run(gate: Gate, outcome: GateState, reason: str) -> int:
    return gate.runs.live().update(
        state=RunState.COMPLETE, outcome=outcome, reason=reason, finished_at=clock.now()
    )


def complete_run(
    gate: Gate, outcome: GateState, *, reason: str, requested_by: User | None, at: datetime
) -> GateRun:
    """A run that is over as soon as it is written: a result that somebody reports."""
    return GateRun.objects.create(
        gate=gate,
        number=next_number(gate),
        state=RunState.COMPLETE,
        outcome=outcome,
        reason=reason,
        requested_by=requested_by,
        requested_at=at,
        due_at=at,
        hinted_at=at,
        started_at=at,
        finished_at=at,
    )


def next_number(gate: Gate) -> int:
    newest = gate.runs.order_by("-number").values_list("number", flat=True).first()
    return (newest or 0) + 1
