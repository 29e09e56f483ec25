"""Items as a list shows them: by section, each with what can be said of it now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce

from accounts.models import User
from checklists import due
from checklists.day.policies import first_failed, refusal_by_failed
from checklists.enums import ItemState, Kind
from checklists.models import Evidence, Item, Section
from checklists.owners import Holders, holders
from checklists.policies import (
    phase_is_over,
    refusal_by_evidence,
    refusal_by_judgment,
    refusal_by_order,
    refusal_by_phase,
    seen_as,
)
from deployments import anchors, clock
from deployments.enums import State
from deployments.models import Deployment
from statements import AnyOf, built_once

PEOPLE = ("state_by", "seconded_by", "asked_by", "owner", "begun_by", "question_to")


@dataclass
class Group:
    """A section with those of its items that the list shows."""

    section: Section
    items: list[Row] = field(default_factory=list)

    @property
    def refusal(self) -> str:
        """The one sentence for a group in which nobody may tick anything now."""
        return self.items[0].closed_by_phase if self.items else ""

    @property
    def done(self) -> int:
        return sum(row.item.is_closed for row in self.items)

    @property
    def can_be_ticked_together(self) -> bool:
        """From two on; a single one has its own button."""
        return sum(row.is_tickable for row in self.items) > 1


@dataclass(frozen=True)
class Row:
    """An item, the sentences why nobody may tick it now, if so, and who is to do it by when.

    `gap` says that nobody holds it although the plan names somebody.
    """

    item: Item
    closed_by_phase: str = ""
    waits: str = ""
    evidence: int = 0
    due: datetime | None = None
    is_late: bool = False
    gap: str = ""

    @property
    def seen(self) -> str:
        return seen_as(self.item)

    @property
    def is_begun_first(self) -> bool:
        """A step is begun and then done; a check is ticked at once."""
        return self.item.is_step and self.item.state != ItemState.IN_PROGRESS

    @property
    def is_ticked_at_once(self) -> bool:
        item = self.item
        return not (item.is_step or item.choices or item.is_closed
                    or self.closed_by_phase or self.waits)  # fmt: skip

    @property
    def asks_again(self) -> bool:
        """It cannot be undone, and nobody has begun it yet."""
        item = self.item
        return item.is_of_the_day and item.irreversible and item.no_return_at is None

    @property
    def is_tickable(self) -> bool:
        item = self.item
        return not (self.closed_by_phase or self.waits or item.choices or item.asked_state
                    or item.is_closed or item.state == ItemState.FAILED)  # fmt: skip

    @property
    def has_more(self) -> bool:
        """Whether there is more to it than its text: most items of a long list have nothing."""
        item = self.item
        return bool(item.choices or item.commands or item.claimed_done or item.state_at
                    or item.condition or item.asked_state)  # fmt: skip

    @property
    def is_to_judge(self) -> bool:
        item = self.item
        return item.is_judged and not item.is_closed and item.deployment.state == State.WATCHING

    @property
    def asked(self) -> str:
        return ItemState(self.item.asked_state).label.lower() if self.item.asked_state else ""


@dataclass(frozen=True)
class Calendar:
    """What is known of due times: the moments of a deployment, and the present."""

    moments: anchors.Moments
    now: datetime | None

    def due(self, item: Item) -> datetime | None:
        return due.due_at(item.due_anchor, item.due_offset, self.moments)

    def is_late(self, item: Item, state: str) -> bool:
        is_settled = item.is_closed or phase_is_over(item.phase, state)
        return self.now is not None and due.is_late(self.due(item), self.now, is_settled=is_settled)


def calendar(deployment: Deployment, items: Collection[Item]) -> Calendar:
    """Nothing is asked of the database where nothing is due."""
    used = {item.due_anchor for item in items} - {""}
    if not used:
        return Calendar({}, None)
    return Calendar(anchors.moments_of([deployment], used)[deployment.pk], clock.now())


def groups_of(
    deployment: Deployment, kinds: tuple[Kind, ...], only: Collection[int] | None = None
) -> list[Group]:
    """Items of these kinds by section, or those of them that are named; a few queries, however
    many. What a step that failed holds up is the same whether or not that step is among them.
    """
    of_kinds = _items(deployment.pk, kinds=kinds)
    shown = [one for one in of_kinds if only is None or one.pk in only]
    _name_people(shown)
    prefetch_related_objects([one for one in shown if one.is_step], "predecessors")
    times, held = calendar(deployment, shown), holders(deployment.service_id, shown)
    failed = first_failed(deployment) if any(one.is_of_the_day for one in shown) else None
    groups: dict[int, Group] = {}
    for item in shown:
        item.deployment = deployment
        group = groups.setdefault(item.section_id, Group(item.section))
        group.items.append(row_of(item, deployment, item.evidence_count, times, held, failed))
    return list(groups.values())


@built_once
def _items(deployment: int, *, kinds: tuple[Kind, ...]) -> QuerySet[Item, Any]:
    """In order, each with how much evidence it has."""
    evidence = Evidence.objects.filter(item=OuterRef("pk")).order_by().values("item")
    count = Subquery(evidence.annotate(count=Count("pk")).values("count"))
    items = Item.objects.filter(kind__in=kinds, deployment=deployment)
    items = items.select_related("section", "owner_role").order_by("position")
    return items.annotate(evidence_count=Coalesce(count, 0))


def _name_people(items: Collection[Item]) -> None:
    """Few people have to do with many items, and most items name nobody: each is read once."""
    named = [(one, name, getattr(one, f"{name}_id")) for one in items for name in PEOPLE]
    ids = {pk for _, _, pk in named if pk is not None}
    people = {one.pk: one for one in _people(list(ids))} if ids else {}
    for item, name, pk in named:
        if pk is not None:
            setattr(item, name, people[pk])


@built_once
def _people(ids: list[int]) -> QuerySet[User]:
    return User.objects.filter(AnyOf("pk", ids))


def row_of(  # noqa: PLR0917 - an item, and the facts that it is drawn from
    item: Item,
    deployment: Deployment,
    evidence: int,
    times: Calendar,
    held: Holders,
    failed: Item | None = None,
) -> Row:
    by_phase = refusal_by_phase(item.phase, deployment.state)
    waits = None
    if not by_phase and not item.is_closed:
        waits = refusal_by_failed(item, failed)
        waits = waits or (refusal_by_order(item) if item.is_step else None)
        if not item.is_step or item.state == ItemState.IN_PROGRESS:
            # A step is begun without it, and ended with it.
            waits = waits or refusal_by_judgment(item, ItemState.DONE)
            waits = waits or refusal_by_evidence(item, has_any=evidence > 0)
    return Row(
        item,
        closed_by_phase=by_phase.sentence if by_phase else "",
        waits=waits.sentence if waits else "",
        evidence=evidence,
        due=times.due(item),
        is_late=times.is_late(item, deployment.state),
        gap="" if item.is_closed else held.gap(item),
    )
