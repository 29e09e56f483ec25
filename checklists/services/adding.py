"""A step that nobody planned: added on the day, marked so for ever, never part of the content."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from checklists.commands import Command
from checklists.day import policies as day
from checklists.enums import ItemState
from checklists.models import Item
from checklists.parts.refusals import refusal_of_words
from deployments import history
from deployments.editing import arrange
from deployments.exceptions import Invalid, require
from deployments.keys import unique_keys
from deployments.models import Deployment, Event
from deployments.policies import rights_of

LONGEST_TEXT = 4000


@dataclass(frozen=True)
class AdHoc:
    """What is to be done, and right after which step."""

    text: str
    after: int
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
    rows = list(deployment.items.order_by("position"))
    before = next((one for one in rows if one.pk == step.after), None)
    if before is None or not (before.is_step and day.is_running(before.phase, deployment.state)):
        raise Invalid("Choose a step of the runbook that runs now, after which it comes.")
    added = _add(deployment, step, before, place=len(rows) + 1)
    rows.insert(rows.index(before) + 1, added)
    arrange(rows)
    return history.record(
        deployment,
        "step added on the day",
        actor=actor,
        obj=added,
        after={"after": before.key, "irreversible": step.irreversible, "required": step.required},
    )


def _add(deployment: Deployment, step: AdHoc, before: Item, *, place: int) -> Item:
    taken = Item.every.filter(deployment=deployment).values_list("key", flat=True)
    waiting = list(before.successors.filter(state=ItemState.OPEN, removed_at=None))
    [key] = unique_keys([step.text], taken)
    added = Item.objects.create(
        deployment=deployment,
        section=before.section,
        key=key,
        position=place,
        kind=before.kind,
        phase=before.phase,
        text=step.text.strip(),
        required=step.required,
        irreversible=step.irreversible,
        planned_minutes=step.planned_minutes,
        commands=list(step.commands),
        ad_hoc=True,
    )
    added.predecessors.set([before])
    for one in waiting:
        one.predecessors.add(added)
    return added
