"""Items of every kind: added, changed, taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from checklists.enums import ItemState
from checklists.models import Item
from checklists.parts import order
from checklists.parts.refusals import refusal_of_circle, refusal_of_item
from checklists.plan import ItemPlan
from deployments import clock
from deployments.editing import Part
from deployments.exceptions import Refused
from deployments.keys import unique_keys
from deployments.models import Deployment


class Items(Part[Item, ItemPlan]):
    word = "item"

    def rows(self, deployment: Deployment) -> QuerySet[Item]:
        return (
            deployment.items.select_related("section", "owner", "owner_role")
            .prefetch_related("predecessors")
            .order_by("section__position", "position", "pk")
        )

    def plan_of(self, row: Item) -> ItemPlan:
        return ItemPlan(
            section=row.section,
            text=row.text,
            kind=row.kind,
            phase=row.phase,
            required=row.required,
            evidence_demanded=row.evidence_demanded,
            irreversible=row.irreversible,
            commands=tuple(row.commands),
            after=frozenset(row.predecessors.all()),
            choices=tuple(row.choices),
            planned_minutes=row.planned_minutes,
            owner=row.owner,
            owner_role=row.owner_role,
            due_anchor=row.due_anchor,
            due_offset=row.due_offset,
        )

    def refusal(self, deployment: Deployment, plan: ItemPlan, row: Item | None) -> Refused | None:
        refusal = refusal_of_item(deployment, plan, row)
        if refusal or row is None or plan.after == frozenset(row.predecessors.all()):
            return refusal
        return refusal_of_circle(list(self.rows(deployment)), row, plan.after)

    def make(self, deployment: Deployment, plans: Sequence[ItemPlan]) -> list[Item]:
        there = list(self.rows(deployment))
        taken = Item.every.filter(deployment=deployment).values_list("key", flat=True)
        keys = unique_keys([plan.text for plan in plans], list(taken))
        made = Item.objects.bulk_create(
            Item(deployment=deployment, key=key, position=place, **_columns(plan))
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), start=len(there) + 1)
        )
        for row, plan in zip(made, plans, strict=True):
            if plan.after:
                row.predecessors.set(plan.after)
        order.settle(there, order.by_section([*there, *made]))
        return made

    def write(self, row: Item, plan: ItemPlan) -> None:
        """What was confirmed of other words is not confirmed of these: such an item opens again."""
        was, there = self.plan_of(row), list(self.rows(row.deployment))
        for name, value in _columns(plan).items():
            setattr(row, name, value)
        if plan.is_other_work(was):
            _open_again(row)
        if plan.section != was.section:
            row.position = len(there) + 1
        row.save()
        row.predecessors.set(plan.after)
        if (was.section, was.kind) != (plan.section, plan.kind):
            order.settle(there, list(self.rows(row.deployment)))

    def put(self, deployment: Deployment, row: Item, place: str) -> bool:
        there = list(self.rows(deployment))
        row = there[there.index(row)]
        section = row.section_id
        moved = order.put(there, list(deployment.sections.order_by("position")), row, place)
        if moved == there and row.section_id == section:
            return False
        row.save(update_fields=["section"])
        order.settle(there, moved)
        return True

    def take_out(self, deployment: Deployment, rows: Sequence[Item]) -> None:
        """One with evidence keeps its row, since evidence is never deleted."""
        there = list(self.rows(deployment))
        order.settle(there, [one for one in there if one not in rows])
        for row in rows:
            if row.evidence.exists():
                row.successors.clear()
                row.removed_at = clock.now()
                row.save(update_fields=["removed_at"])
            else:
                row.delete()


def _columns(plan: ItemPlan) -> dict[str, Any]:
    return {
        "section": plan.section,
        "text": plan.text,
        "kind": plan.kind,
        "phase": plan.phase,
        "required": plan.required,
        "evidence_demanded": plan.evidence_demanded,
        "irreversible": plan.irreversible,
        "commands": list(plan.commands),
        "choices": list(plan.choices),
        "planned_minutes": plan.planned_minutes,
        "owner": plan.owner,
        "owner_role": plan.owner_role,
        "due_anchor": plan.due_anchor,
        "due_offset": plan.due_offset,
    }


def _open_again(row: Item) -> None:
    row.state, row.reason, row.chosen = ItemState.OPEN, "", ""
    row.state_by = row.state_at = row.started_at = row.seconded_by = None
    row.asked_state, row.asked_reason = "", ""
    row.asked_by = row.asked_at = None
