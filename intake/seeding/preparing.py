"""What was prepared before the day: content, checklist, gates and signatures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from approvals.models import Rule, Standing, Vote
from checklists.enums import Phase
from checklists.models import Item, Section
from deployments.canonical import digest
from deployments.content import facts
from deployments.enums import State
from deployments.models import ContentVersion
from gates.enums import GateState
from gates.models import Gate
from intake.seeding.canvas import DAY, HOUR, Canvas
from intake.seeding.copying import Row, plain
from intake.seeding.fates import WATCHED

Predecessor: type[models.Model] = Item.predecessors.through


def add_content(canvas: Canvas) -> None:
    content = {**canvas.pattern.content, "deployment": facts(canvas.deployment)}
    canvas.content, canvas.content_hash = content, digest(content)
    row = plain(ContentVersion(
        deployment=canvas.deployment, number=1, hash=canvas.content_hash, content=content,
        author=canvas.place.manager, created_at=canvas.planned_at,
    ))  # fmt: skip
    canvas.rows[ContentVersion].append({"id": canvas.version, **row})
    canvas.say(canvas.planned_at + HOUR / 60, "content changed", canvas.place.manager,
              kind="contentversion", pk=canvas.version, text="version 1",
              before={"content": ""}, after={"content": canvas.content_hash, "version": 1},
              )  # fmt: skip


def add_checklist(canvas: Canvas) -> None:
    sections = {one.pk: canvas.copy(Section, one) for one in canvas.pattern.sections}
    for item in canvas.pattern.items:
        done_at = _done_at(canvas, item)
        changes: Row = {"section_id": sections[item.section_id]}
        if done_at:
            changes |= {"state": "done", "state_at": done_at, "state_by_id": canvas.worker.pk}
        pk = canvas.item_ids[item.pk] = canvas.copy(Item, item, changes)
        if done_at:
            canvas.say(done_at, "item done", canvas.worker, kind="item", pk=pk, text=str(item),
                      before={"state": "open"}, after={"state": "done"})  # fmt: skip
    canvas.rows[Predecessor] = [
        {"from_item_id": canvas.item_ids[later], "to_item_id": canvas.item_ids[earlier]}
        for later, earlier in canvas.pattern.predecessors
    ]


def _done_at(canvas: Canvas, item: Item) -> datetime | None:
    """What comes before is done where it was decided, and mostly where it is in review."""
    fate, start = canvas.fate, canvas.fate.started_at
    if item.phase == Phase.BEFORE:
        is_done = fate.was_decided or (fate.was_submitted and canvas.random.random() < 0.7)
        return canvas.between(canvas.planned_at + DAY, canvas.latest) if is_done else None
    if item.phase == Phase.DURING and start:
        is_done = fate.completed_at is not None or item.position % 2 == 1
        return start + timedelta(minutes=10 * (item.position % 4) + 5) if is_done else None
    if item.phase == Phase.AFTER and fate.state == State.CLOSED and fate.completed_at:
        return fate.completed_at + WATCHED - HOUR
    return None


def add_gates(canvas: Canvas) -> None:
    for gate in canvas.pattern.gates:
        if not canvas.fate.was_submitted:
            canvas.copy(Gate, gate)
            continue
        green = canvas.fate.was_decided or canvas.random.random() < 0.6
        at = canvas.between(max(canvas.planned_at, canvas.latest - 20 * HOUR), canvas.latest)
        state = GateState.PASSED if green else GateState.FAILED
        reason = "all 491 tests passed" if green else "3 of 491 tests failed"
        stale = at + gate.freshness if green else None
        pk = canvas.copy(
            Gate,
            gate,
            {"state": state.value, "state_at": at, "state_reason": reason, "stale_at": stale},
        )
        canvas.say(at, f"gate {state.value}", None, kind="gate", pk=pk, text=gate.title,
                  before={"state": "pending"}, after={"state": state.value}, reason=reason,
                  )  # fmt: skip


def add_signatures(canvas: Canvas) -> None:
    for rule in canvas.pattern.rules:
        pk = canvas.copy(Rule, rule)
        if canvas.fate.was_submitted and (canvas.fate.was_decided or canvas.random.random() < 0.5):
            _vote(canvas, rule, pk, canvas.place.signers[rule.role.key])


def _vote(canvas: Canvas, rule: Rule, rule_pk: int, person: Any) -> None:
    at, pk = canvas.between(canvas.planned_at + 2 * DAY, canvas.latest), canvas.ids.take(Vote)
    vote = Vote(
        deployment=canvas.deployment, rule_id=rule_pk, person=person, person_name=str(person),
        role_title=rule.role.title, choice="approve", statement=rule.statement,
        content_version_id=canvas.version, content_hash=canvas.content_hash,
        schedule_hash=canvas.deployment.schedule_hash, grounds=f"holds {rule.role}", at=at,
        authenticated_by="password", authenticated_at=at,
    )  # fmt: skip
    canvas.rows[Vote].append({"id": pk, **plain(vote)})
    canvas.rows[Standing].append({
        "deployment_id": canvas.deployment.pk, "content_hash": canvas.content_hash,
        "person_id": person.pk, "vote_id": pk,
    })  # fmt: skip
    canvas.say(
        at,
        "signed",
        person,
        kind="vote",
        pk=pk,
        text=str(vote),
        after={
            "role": rule.role.key,
            "statement": rule.statement,
            "content": canvas.content_hash,
        },
    )
