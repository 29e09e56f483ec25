"""How far a deployment that has started is: the required items of its present phase."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from checklists.asked import still_able
from checklists.deadlocks import STEPS
from checklists.enums import CLOSED, ON_THE_DAY, ItemState, Phase
from checklists.models import Item
from deployments.enums import State
from deployments.models import Deployment
from statements import AnyOf, built_once

# What counts now: steps while it runs, the way back while it rolls back, criteria in the watch.
PHASES: dict[State, Phase] = {
    State.IN_PROGRESS: Phase.DURING,
    State.ROLLING_BACK: Phase.ROLLBACK,
    State.WATCHING: Phase.AFTER,
}


@dataclass(frozen=True)
class Question:
    """A step that failed, and who is asked by name how it goes on (None: each ops lead is)."""

    item_pk: int
    text: str
    asked_pk: int | None


@dataclass(frozen=True)
class NoReturn:
    """The first thing begun that cannot be undone."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Progress:
    """`waiting` are the texts of what is still to be done, in order.

    `under_way` are optional steps that somebody is at or that failed. Both come to an end before
    the phase does: this is the one place that says so, for acts and for pages.
    """

    done: int = 0
    waiting: tuple[str, ...] = ()
    under_way: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    no_return: NoReturn | None = None

    @property
    def total(self) -> int:
        return self.done + len(self.waiting)

    @property
    def still(self) -> list[str]:
        return [*self.waiting, *self.under_way]


def progress_of(deployments: Sequence[Deployment]) -> dict[int, Progress]:
    """One query for all of those that have started and one where a step failed, else none."""
    started = [one for one in deployments if one.state in PHASES]
    if not started:
        return {}
    items: dict[int, list[Item]] = {one.pk: [] for one in started}
    for item in _present(list(items)):
        items[item.deployment_id].append(item)
    listed = chain.from_iterable(items.values())
    asked = {item.question_to_id for item in listed if item.question_to_id}
    able = still_able(asked, {one.service_id for one in started})
    return {
        one.pk: _progress(
            items[one.pk],
            PHASES[State(one.state)],
            {person for service, person in able if service == one.service_id},
        )
        for one in started
    }


@built_once
def _present(started: list[int]) -> QuerySet[Item, Any]:
    present = Q(no_return_at__isnull=False)
    for stage, phase in PHASES.items():
        present |= Q(deployment__state=stage, phase=phase)
    rows = Item.objects.filter(present, AnyOf("deployment", started)).only(
        "deployment_id", "text", "state", "required", "kind", "phase", "no_return_at",
        "question_to_id",
    )  # fmt: skip
    return rows.order_by("position")


def still_to_do(deployment: Deployment) -> list[str]:
    """What keeps the present phase of one deployment from its end."""
    return progress_of([deployment]).get(deployment.pk, Progress()).still


def _progress(items: Iterable[Item], phase: Phase, able: Collection[int]) -> Progress:
    listed = list(items)
    here = [one for one in listed if one.phase == phase]
    required = [one for one in here if one.required]
    passed = sorted(
        (one.no_return_at, one.text)
        for one in listed
        if one.no_return_at and one.phase == Phase.DURING
    )
    return Progress(
        done=sum(one.state in CLOSED for one in required),
        waiting=tuple(one.text for one in required if one.state not in CLOSED),
        under_way=tuple(one.text for one in here if _is_under_way(one)),
        questions=tuple(
            Question(one.pk, one.text, one.question_to_id if one.question_to_id in able else None)
            for one in here
            if one.asks_how_to_go_on
        ),
        no_return=NoReturn(passed[0][1], passed[0][0]) if passed else None,
    )


def _is_under_way(item: Item) -> bool:
    is_step = item.kind in STEPS and item.phase in ON_THE_DAY
    return is_step and not item.required and item.state in {ItemState.IN_PROGRESS, ItemState.FAILED}
