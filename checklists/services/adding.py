"""A step that nobody planned: added on the day, marked so for ever, never part of the content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from checklists.commands import Command
from checklists.day import policies as day
from checklists.enums import ItemState, Kind, Phase
from checklists.models import Item, Section
from checklists.parts.refusals import refusal_of_words
from deployments import history
from deployments.editing import arrange
from deployments.enums import State
from deployments.exceptions import Invalid, require
from deployments.keys import unique_keys
from deployments.models import Deployment, Event
from deployments.policies import rights_of

LONGEST_TEXT = 4000
# Where a plan has no heading at all under which a step could stand.
HEADING = "Added on the day"
KINDS: dict[Phase, Kind] = {Phase.DURING: Kind.STEP, Phase.ROLLBACK: Kind.ROLLBACK_STEP}


@dataclass(frozen=True)
class AdHoc:
    """What is to be done, and right after which step; after none where none is there yet."""

    text: str
    after: int | None = None
    required: bool = True
    irreversible: bool = False
    planned_minutes: int | None = None
    commands: tuple[Command, ...] = ()


@transaction.atomic
def add_step(deployment_id: int, step: AdHoc, *, actor: User) -> Event:
    """Put a step into the runbook that runs now; what waited for the one before waits for it."""
    deployment = Deployment.objects.lock(deployment_id)
    require(day.refusal_to_add_step(rights_of(actor, deployment.service), deployment))
    require(refusal_of_words(step.text, "text", LONGEST_TEXT))
    rows = list(deployment.items.select_related("section").order_by("position"))
    before = _before(rows, step, deployment)
    added = _add(deployment, step, before, rows)
    rows.insert(rows.index(before) + 1 if before else len(rows), added)
    arrange(rows)
    return history.record(
        deployment,
        "step added on the day",
        actor=actor,
        obj=added,
        after={
            **({"after": before.key} if before else {}),
            "irreversible": step.irreversible,
            "required": step.required,
        },
    )


def _before(rows: Iterable[Item], step: AdHoc, deployment: Deployment) -> Item | None:
    """A runbook that runs without a step yet, as a rollback that nobody planned, gets its first."""
    here = [one for one in rows if one.is_step and day.is_running(one.phase, deployment.state)]
    before = next((one for one in here if one.pk == step.after), None)
    if before is None and (here or step.after is not None):
        raise Invalid("Choose a step of the runbook that runs now, after which it comes.")
    return before


def _add(deployment: Deployment, step: AdHoc, before: Item | None, rows: Sequence[Item]) -> Item:
    taken = Item.every.filter(deployment=deployment).values_list("key", flat=True)
    open_now = {"state": ItemState.OPEN, "removed_at": None}
    waiting = list(before.successors.filter(**open_now)) if before else []
    [key] = unique_keys([step.text], taken)
    phase = day.RUNNING[State(deployment.state)]
    added = Item.objects.create(
        deployment=deployment,
        section=_section(deployment, before, rows),
        key=key,
        position=len(rows) + 1,
        kind=before.kind if before else KINDS[phase],
        phase=phase,
        text=step.text.strip(),
        required=step.required,
        irreversible=step.irreversible,
        planned_minutes=step.planned_minutes,
        commands=list(step.commands),
        ad_hoc=True,
    )
    added.predecessors.set([before] if before else [])
    for one in waiting:
        one.predecessors.add(added)
    return added


def _section(deployment: Deployment, before: Item | None, rows: Sequence[Item]) -> Section:
    """That of the step before it, else the last one; a plan without any gets one."""
    if before or rows:
        return (before or rows[-1]).section
    last = deployment.sections.order_by("position").last()
    return last or Section.objects.create(deployment=deployment, path=[HEADING], position=1)
