"""A runbook that runs: steps forward and a way back, as after a start or a begun rollback."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from checklists import services
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import ItemState
from checklists.models import Item
from deployments import clock, content, history
from deployments.enums import State
from deployments.models import Deployment
from tests.builders import Team, make_deployment

STEPS = ("Drain", "Migrate", "Deploy", "Check")
WAY_BACK = ("Deploy the old version", "Restore the database")


def make_day(
    team: Team,
    *,
    steps: tuple[str, ...] = STEPS,
    way_back: tuple[str, ...] = WAY_BACK,
    minutes: int | None = 10,
    begun_ago: timedelta = timedelta(0),
    runs: str = "",
) -> Deployment:
    """In progress, begun by the ops lead at T0; what a start needs is tested with the decision."""
    deployment = make_deployment(team, items=(), steps=(), roles=(), t0_in=None)
    forward = [
        ItemDefinition(
            0, "step", "during", text, after=[n - 1] if n else [], planned_minutes=minutes,
            runs=runs if n == 0 else "",
        )
        for n, text in enumerate(steps)
    ]  # fmt: skip
    back = [
        ItemDefinition(
            1, "rollback_step", "rollback", text,
            after=[len(steps) + n - 1] if n else [], planned_minutes=minutes,
        )
        for n, text in enumerate(way_back)
    ]  # fmt: skip
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.sections.all().delete()
        services.define(
            locked,
            [SectionDefinition(["Execution"]), SectionDefinition(["Rollback"])],
            [*forward, *back],
        )
        content.refresh(locked, team.release_manager)
        begin(locked, team, begun_ago)
    return Deployment.objects.get(pk=deployment.pk)


def begin(deployment: Deployment, team: Team, ago: timedelta = timedelta(0)) -> None:
    at = clock.now() - ago
    deployment.state, deployment.started_at = State.IN_PROGRESS, at
    deployment.t0, deployment.window_end = at, at + timedelta(hours=2)
    deployment.save()
    history.record(deployment, "started", actor=team.ops_lead, at=at)


def step(deployment: Deployment, text: str) -> Item:
    return deployment.items.get(text=text)


def say(deployment: Deployment, text: str, to: ItemState, team: Team, reason: str = "") -> Item:
    """A member says what became of a step; what cannot be undone is confirmed."""
    services.set_state(
        deployment.pk,
        step(deployment, text).pk,
        to,
        actor=team.member,
        reason=reason,
        confirmed=True,
    )
    return step(deployment, text)


def do(deployment: Deployment, team: Team, *texts: str) -> None:
    for text in texts:
        say(deployment, text, ItemState.IN_PROGRESS, team)
        say(deployment, text, ItemState.DONE, team)


def declare(folder: Path, **commands: list[str]) -> str:
    """The administrator's file with these commands; its path is the setting."""
    file = folder / "commands.toml"
    said = [
        f"[commands.{name}]\nargv = {json.dumps(argv)}\nseconds = 60\n"
        for name, argv in commands.items()
    ]
    file.write_text("\n".join(said))
    return str(file)
