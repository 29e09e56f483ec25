"""What the gates say about readiness: required ones that are not green, and what to look at."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.clock import PortalNow
from deployments.models import Deployment
from gates.enums import UNDER_WAY, GateState
from gates.models import Gate
from statements import AnyOf, built_once

FIELDS = (
    "deployment_id", "key", "title", "kind", "required", "state", "state_at", "state_reason",
    "stale_at", "freshness", "settings", "settle", "timeout", "machine_only",
)  # fmt: skip

SAID: dict[GateState, str] = {
    GateState.SETTLING: "is settling",
    GateState.SAMPLING: "is being measured",
    GateState.WARNED: "passed with a warning",
    GateState.FAILED: "failed",
    GateState.INCONCLUSIVE: "came to no result",
    GateState.ERRORED: "could not be measured",
    GateState.STALE: "is stale",
}
RUN_AGAIN = frozenset({GateState.STALE, *UNDER_WAY})
# Until a worker has taken a run, and a sweep has ended one whose worker is gone.
SLACK = timedelta(minutes=3)
BY_HAND = "a machine, or by hand a technical lead or security holder"


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    gates: dict[int, list[Gate]] = defaultdict(list)
    planned = {one.pk: one.t0 for one in deployments}
    for gate in _gates(list(planned)):
        gates[gate.deployment_id].append(gate)
    return {pk: _findings(of_one, planned[pk]) for pk, of_one in gates.items()}


@built_once
def _gates(deployments: list[int]) -> QuerySet[Gate, Any]:
    of_all = Gate.objects.as_of_now().filter(AnyOf("deployment", deployments))
    return of_all.annotate(read_at=PortalNow()).only(*FIELDS).order_by("position")


def _findings(gates: list[Gate], t0: datetime | None) -> Findings:
    required = [gate for gate in gates if gate.required]
    noted = [
        gate
        for gate in gates
        if gate.standing == GateState.WARNED or not (gate.required or gate.is_green)
    ]
    blockers = [_blocker(gate) for gate in required if not gate.is_green]
    return Findings(
        blockers=blockers,
        warnings=[*map(_blocker, noted), *(_ageing(gate) for gate in required if _ages(gate, t0))],
        done=sum(gate.is_green for gate in required),
        total=len(required),
        summary=f"{len(blockers)} gates are not green",
    )


def _blocker(gate: Gate) -> Blocker:
    return Blocker(
        key=f"gate:{gate.key}",
        clause=f"{gate.title} {_said(gate)}",
        mend="gates",
        since=gate.standing_since,
        settles=gate.is_runnable and gate.standing in RUN_AGAIN and not _is_overdue(gate),
        waits=Waits("Answered by", [_answered_by(gate)], None, ""),
        page=_page(gate),
    )


def _answered_by(gate: Gate) -> str:
    if gate.is_runnable:
        return "a worker of this portal"
    return "a machine" if gate.machine_only else BY_HAND


def _is_overdue(gate: Gate) -> bool:
    """A stale gate is run again by the sweep; what comes of that may break a GO, and so does a run
    that has not ended in its time, such as one that no worker takes.
    """
    now = gate.read_at  # type: ignore[attr-defined]  # see find
    since = gate.state_at if gate.is_under_way else None
    return since is not None and now > since + gate.settle + gate.timeout + SLACK


def _ages(gate: Gate, t0: datetime | None) -> bool:
    """Whether it is green now and will not be at T0, and no worker can mend that."""
    holds_until = gate.stale_at if gate.is_green and not gate.is_runnable else None
    return t0 is not None and holds_until is not None and holds_until < t0


def _ageing(gate: Gate) -> Blocker:
    until = f"{gate.stale_at:%d %b %H:%M} UTC" if gate.stale_at else "soon"
    return Blocker(
        key=f"ageing:{gate.key}",
        clause=f"{gate.title} holds until {until} only, before T0, and is to be reported again",
        mend="gates",
        since=gate.state_at,
        page=_page(gate),
    )


def _page(gate: Gate) -> Page:
    return Page("gates:detail", (gate.deployment_id, gate.key))


def _said(gate: Gate) -> str:
    if gate.state == GateState.PENDING:
        return "has not been run" if gate.is_runnable else "has not been reported"
    said = SAID.get(gate.standing, gate.standing.label.lower())
    reason = gate.standing_reason.rstrip(".")
    return f"{said}: {reason}" if reason else said
