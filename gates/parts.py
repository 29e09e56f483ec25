"""Gates: added, changed, taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from connections.services import refusal_by_service
from deployments import clock
from deployments.conditions import length, parse
from deployments.editing import arrange, placed
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment, Service
from deployments.redefining import KeyedPart
from gates import standing
from gates.definitions import SCHEDULES, GateDefinition
from gates.enums import GateState
from gates.kinds import KINDS, PROBED, READ
from gates.models import Gate
from gates.schedules import Schedule

ANOTHER_QUESTION = "the gate was changed since it was measured"
# Another title, limit or order asks the same question (SEMANTICS, section 4).
ASKED = ("kind", "settings", "condition")
TAKEN_OUT = "the gate was taken out of the plan"


class Gates(KeyedPart[Gate, GateDefinition]):
    word = "gate"

    def rows(self, deployment: Deployment) -> QuerySet[Gate]:
        return deployment.gates.order_by("position", "pk")

    def every(self, deployment: Deployment) -> QuerySet[Gate]:
        return Gate.every.filter(deployment=deployment)

    def title(self, plan: GateDefinition) -> str:
        return plan.title

    def plan_of(self, row: Gate) -> GateDefinition:
        return GateDefinition(
            title=row.title,
            kind=row.kind,
            settings=row.settings,
            condition=row.condition,
            required=row.required,
            machine_only=row.machine_only,
            unwaivable=row.unwaivable,
            schedule=Schedule(
                row.limits,
                freshness=row.freshness,
                interval=row.interval,
                settle=row.settle,
                timeout=row.timeout,
            ),
        )

    def refusal(
        self, deployment: Deployment, plan: GateDefinition, row: Gate | None
    ) -> Refused | None:
        return refusal_of_gate(plan, deployment.service)

    def make_with(
        self, deployment: Deployment, keys: Sequence[str], plans: Sequence[GateDefinition]
    ) -> list[Gate]:
        last = self.rows(deployment).last()
        start = last.position + 1 if last else 1
        return Gate.objects.bulk_create(
            Gate(deployment=deployment, key=key, position=place, **_columns(plan), **said_of(plan))
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), start)
        )

    def write(self, deployment: Deployment, changes: Sequence[tuple[Gate, GateDefinition]]) -> None:
        """What was measured answers another question than the one that is asked now."""
        for row, plan in changes:
            columns = _columns(plan)
            asks_else = any(getattr(row, name) != columns[name] for name in ASKED)
            for name, value in columns.items():
                setattr(row, name, value)
            row.save(update_fields=list(columns))
            if asks_else:
                standing.mark_stale(deployment, row, reason=ANOTHER_QUESTION)

    def put(self, deployment: Deployment, row: Gate, place: str) -> bool:
        rows = list(self.rows(deployment))
        moved = placed(rows, row, place)
        arrange(moved)
        return moved != rows

    def bring_back(self, deployment: Deployment, keys: Collection[str]) -> None:
        """What was measured before it was taken out is too old to count."""
        for row in self.every(deployment).filter(key__in=keys, removed_at__isnull=False):
            row.removed_at = None
            row.save(update_fields=["removed_at"])
            standing.mark_stale(deployment, row, reason=TAKEN_OUT)

    def take_out(self, deployment: Deployment, rows: Sequence[Gate]) -> None:
        """One that was run keeps its row, since samples are never deleted."""
        for row in rows:
            if row.runs.exists():
                standing.end_live_run(row, GateState.STALE, TAKEN_OUT)
                row.removed_at = clock.now()
                row.save(update_fields=["removed_at"])
            else:
                row.delete()


GATES = Gates()


def refusal_of_gate(gate: GateDefinition, service: Service) -> Refused | None:
    """Why nobody could ever answer it, or may not over the connection that it names."""
    if not gate.title.strip():
        return Invalid("Give the gate a title that says what must be true.")
    if gate.kind not in KINDS:
        return Invalid(f"“{gate.kind}” is no kind of gate; use one of {', '.join(KINDS)}.")
    declared = KINDS[gate.kind]
    try:
        declared.settings.read(gate.settings)
    except ValueError as error:
        return Invalid(str(error))
    why = (
        declared.refusal_of(gate.condition, gate.settings)
        or _never_judged(gate)
        or _never_ending(gate)
        or refusal_by_service(gate.settings.get("connection"), service.key)
    )
    return Invalid(why) if why else None


def _never_judged(gate: GateDefinition) -> str:
    """What a condition says of time and a gate of this kind could not hold it against."""
    limit = parse(gate.condition) if gate.condition and gate.kind in PROBED | READ else None
    if limit is None:
        return ""
    if limit.within is not None:
        return (
            "A gate is judged before the start, so that its condition has no “within”; after the"
            " deployment a target of the watch has."
        )
    if limit.duration is not None and gate.kind in READ:
        return "A report is one measurement, so that its condition has no “for”."
    return ""


def _never_ending(gate: GateDefinition) -> str:
    """A condition that is to hold for longer than a run lasts could never be met."""
    schedule = gate.schedule or SCHEDULES[gate.kind]
    lasts = parse(gate.condition).duration if gate.condition and gate.kind in PROBED else None
    if lasts is None or lasts < schedule.timeout.total_seconds():
        return ""
    return (
        f"The condition is to hold for {length(lasts)}, but a run gives up after"
        f" {length(int(schedule.timeout.total_seconds()))}; let it take longer."
    )


def said_of(gate: GateDefinition) -> dict[str, Any]:
    """What of the document stands beside the gate."""
    return {"claim": gate.claim, "claimed_done": gate.claimed_done, "line": gate.line}


def _columns(gate: GateDefinition) -> dict[str, Any]:
    schedule = gate.schedule or SCHEDULES[gate.kind]
    limits = schedule.limits
    return {
        "title": gate.title.strip(),
        "kind": gate.kind,
        "settings": dict(gate.settings),
        "condition": gate.condition,
        "required": gate.required,
        "machine_only": gate.machine_only,
        "unwaivable": gate.unwaivable,
        "interval": schedule.interval,
        "settle": schedule.settle,
        "timeout": schedule.timeout,
        "freshness": schedule.freshness,
        "need_good": limits.need_good,
        "max_bad": limits.max_bad,
        "max_bad_streak": limits.max_bad_streak,
        "max_error_streak": limits.max_error_streak,
        "on_no_data": limits.on_no_data,
    }
