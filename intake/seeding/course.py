"""How it went: from state to state, with the decision, the watch and all the ticks between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.models import Decision
from checklists.enums import ItemState, Phase
from deployments.enums import State
from intake.seeding.canvas import DAY, HOUR, Canvas
from intake.seeding.copying import plain
from intake.seeding.fates import WATCHED
from monitoring.models import Watch

DECIDED = {State.ON_HOLD: "hold", State.NO_GO: "no_go"}
REASON = {"hold": "The network team works on the same evening", "no_go": "The load test is red"}


def add_course(canvas: Canvas) -> None:
    """The moves from one state to the next, with the decision and the watch."""
    fate, now = canvas.fate, canvas.planned_at + DAY
    if fate.was_submitted:
        canvas.move(now, "submitted", "draft", "in_review", canvas.place.manager)
    if fate.was_decided:
        _decide(canvas)
    if fate.started_at:
        canvas.move(fate.started_at, "started", "go", "in_progress", canvas.place.ops_lead)
    if fate.completed_at:
        canvas.move(
            fate.completed_at, "completed", "in_progress", "watching", canvas.place.ops_lead
        )
        _watch(canvas, fate.completed_at)
    _end(canvas)


def _decide(canvas: Canvas) -> None:
    verdict = DECIDED.get(canvas.fate.state, "go")
    at, pk = canvas.latest - HOUR / 4, canvas.ids.take(Decision)
    reason = REASON.get(verdict, "All is ready")
    t0 = canvas.fate.t0 or at
    decision = Decision(
        deployment=canvas.deployment, verdict=verdict, reason=reason, at=at,
        decided_by=canvas.place.ops_lead, decided_by_name=str(canvas.place.ops_lead),
        content_hash=canvas.content_hash, schedule_hash=canvas.deployment.schedule_hash,
        latest_start=t0 + HOUR / 2 if verdict == "go" else None, dossier=_dossier(canvas),
    )  # fmt: skip
    canvas.rows[Decision].append({"id": pk, **plain(decision)})
    to = {"hold": "on_hold"}.get(verdict, verdict)
    canvas.move(at, "decided", "in_review", to, canvas.place.ops_lead, reason)


def _dossier(canvas: Canvas) -> dict[str, Any]:
    named = {**canvas.pattern.dossier["deployment"], "package": canvas.fate.package,
             "commit": canvas.fate.commit, "service": str(canvas.place.service),
             "environment": str(canvas.place.environment)}  # fmt: skip
    return {**canvas.pattern.dossier, "deployment": named, "content": canvas.content,
            "content_hash": canvas.content_hash,
            "schedule_hash": canvas.deployment.schedule_hash}  # fmt: skip


def _watch(canvas: Canvas, at: datetime) -> None:
    ends = at + WATCHED
    ended = ends if canvas.fate.state != State.WATCHING else None
    row = plain(Watch(deployment=canvas.deployment, opened_at=at, ends_at=ends, ended_at=ended))
    canvas.rows[Watch].append(row)


def _end(canvas: Canvas) -> None:
    made, lead = canvas.deployment, canvas.place.ops_lead
    match canvas.fate.state:
        case State.CLOSED if made.closed_at:
            canvas.move(made.closed_at, "closed", "watching", "closed", lead)
        case State.ROLLED_BACK if made.rollback_at and made.ended_at:
            why = made.rollback_reason
            canvas.move(made.rollback_at, "rollback begun", "watching", "rolling_back", lead, why)
            canvas.move(made.ended_at, "rolled back", "rolling_back", "rolled_back", lead)
        case State.STOPPED if made.ended_at:
            note = made.stopped_note
            canvas.move(made.ended_at, "stopped", "in_progress", "stopped", lead, note)
        case State.CANCELLED:
            why = "The customer wants it later"
            canvas.move(canvas.latest, "cancelled", "in_review", "cancelled", lead, why)


def fill(canvas: Canvas, events: int) -> None:
    """People tick and take back again until there are as many events as are wanted."""
    checks = [one for one in canvas.pattern.items if one.phase == Phase.BEFORE]
    wanted = max(0, events - len(canvas.told))
    for number in range(wanted):
        item, is_tick = checks[number // 2 % len(checks)], number % 2 == 0
        before, after = (ItemState.OPEN, ItemState.DONE)[:: 1 if is_tick else -1]
        canvas.say(
            canvas.between(canvas.planned_at + HOUR, canvas.latest),
            "item done" if is_tick else "item reopened", canvas.worker, kind="item",
            pk=canvas.item_ids[item.pk], text=str(item),
            before={"state": before.value}, after={"state": after.value},
        )  # fmt: skip
