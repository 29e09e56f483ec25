"""Every row of one seeded deployment, and its history."""

from __future__ import annotations

from django.db import models

from deployments.content import schedule_hash
from deployments.enums import State
from deployments.models import ContentVersion, Deployment, Event
from intake.seeding.canvas import DAY, HOUR, Canvas
from intake.seeding.chains import chained
from intake.seeding.copying import Row, plain
from intake.seeding.course import add_course, fill
from intake.seeding.fates import LENGTH, WATCHED
from intake.seeding.preparing import add_checklist, add_content, add_gates, add_signatures


def portrait(canvas: Canvas, events: int) -> dict[type[models.Model], list[Row]]:
    canvas.deployment = _deployment(canvas)
    canvas.deployment.pk = canvas.ids.take(Deployment)
    canvas.version = canvas.ids.take(ContentVersion)
    canvas.say(canvas.planned_at, "created", canvas.place.manager, after={
        "package": canvas.deployment.package, "state": "draft"})  # fmt: skip
    add_content(canvas)
    add_checklist(canvas)
    add_gates(canvas)
    add_signatures(canvas)
    add_course(canvas)
    fill(canvas, events)
    history = chained(canvas.deployment.pk, canvas.told)
    canvas.rows[Event] = history.rows
    canvas.deployment.event_count, canvas.deployment.event_head = len(history.rows), history.head
    kept = {"id": canvas.deployment.pk, **plain(canvas.deployment)}
    canvas.rows[Deployment] = [{**kept, "content_version_id": canvas.version}]
    return canvas.rows


def _deployment(canvas: Canvas) -> Deployment:
    fate, t0 = canvas.fate, canvas.fate.t0
    state, ends = fate.state, fate.completed_at or (fate.started_at or canvas.latest) + LENGTH
    made = Deployment(
        service=canvas.place.service, environment=canvas.place.environment, package=fate.package,
        branch=f"release/{fate.number}", commit=fate.commit, t0=t0,
        window_end=t0 and t0 + 2 * HOUR, zone="Europe/Vienna", state=state,
        requester=canvas.place.manager, lead=canvas.place.manager, created_at=canvas.planned_at,
        submitted_at=canvas.planned_at + DAY if fate.was_submitted else None,
        started_at=fate.started_at, completed_at=fate.completed_at,
        closed_at=ends + WATCHED if state == State.CLOSED else None,
        ended_at=ends + HOUR if state in {State.STOPPED, State.ROLLED_BACK} else None,
    )  # fmt: skip
    if state == State.ROLLED_BACK:
        made.rollback_at, made.rollback_reason = ends + HOUR / 2, "Errors above the limit"
    if state == State.STOPPED:
        made.stopped_note = "As it was before"
    made.schedule_hash = schedule_hash(made) if t0 else ""
    made.schedule_revision = 1 if t0 else 0
    return made
