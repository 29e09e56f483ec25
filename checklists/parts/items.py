"""Items of every kind: added, changed, taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from checklists.enums import ItemState
from checklists.models import Item
from checklists.parts import order
from checklists.parts.refusals import refusal_of_circle, refusal_of_item
from checklists.plan import ItemPlan
from deployments import clock
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from deployments.redefining import KeyedPart

# What of an item is planned, and what is said about it while it is worked on.
COLUMNS = (
    "section", "text", "kind", "phase", "required", "evidence_demanded", "irreversible",
    "commands", "runs", "choices", "planned_minutes", "owner", "owner_role", "due_anchor",
    "due_offset", "condition",
)  # fmt: skip
OPEN_AGAIN: dict[str, Any] = {
    "state": ItemState.OPEN, "state_by": None, "state_at": None, "started_at": None, "reason": "",
    "chosen": "", "seconded_by": None, "begun_by": None, "question_to": None,
    "asked_state": "", "asked_by": None, "asked_at": None, "asked_reason": "",
}  # fmt: skip
# An item that is optional now needs no second person.
ASKED_NOTHING = {name: value for name, value in OPEN_AGAIN.items() if name.startswith("asked_")}
GONE = "The {} was taken out of the plan meanwhile; reload the page and choose again."


class Items(KeyedPart[Item, ItemPlan]):
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
            runs=row.runs,
            after=frozenset(row.predecessors.all()),
            choices=tuple(row.choices),
            planned_minutes=row.planned_minutes,
            owner=row.owner,
            owner_role=row.owner_role,
            due_anchor=row.due_anchor,
            due_offset=row.due_offset,
            condition=row.condition,
        )

    def refusal(self, deployment: Deployment, plan: ItemPlan, row: Item | None) -> Refused | None:
        refusal = refusal_of_item(deployment, plan, row)
        if refusal or row is None or plan.after == frozenset(row.predecessors.all()):
            return refusal
        return refusal_of_circle(list(self.rows(deployment)), row, plan.after)

    def every(self, deployment: Deployment) -> QuerySet[Item]:
        return Item.every.filter(deployment=deployment)

    def title(self, plan: ItemPlan) -> str:
        return plan.text

    def make_with(
        self, deployment: Deployment, keys: Sequence[str], plans: Sequence[ItemPlan]
    ) -> list[Item]:
        _require_there(deployment, plans)
        there = list(self.rows(deployment))
        made = Item.objects.bulk_create(
            Item(deployment=deployment, key=key, position=place, **_columns(plan))
            for place, (key, plan) in enumerate(zip(keys, plans, strict=True), start=len(there) + 1)
        )
        for row, plan in zip(made, plans, strict=True):
            if plan.after:
                row.predecessors.set(plan.after)
        order.settle(there, list(self.rows(deployment)))
        return made

    def write(self, deployment: Deployment, changes: Sequence[tuple[Item, ItemPlan]]) -> None:
        """What was confirmed of other words is not confirmed of these: such an item opens again."""
        _require_there(deployment, [plan for _, plan in changes])
        there = list(self.rows(deployment))
        touched, moves = set[str](), False
        for row, plan in changes:
            was = self.plan_of(row)
            moves |= (was.section, was.kind) != (plan.section, plan.kind)
            if plan.section != was.section:
                row.position += len(there)
                touched.add("position")
            if _opens_again(row, was, plan):
                touched |= _set(row, OPEN_AGAIN)
            elif was.required and not plan.required:
                touched |= _set(row, ASKED_NOTHING)
            if plan.after != was.after:
                row.predecessors.set(plan.after)
            touched |= _set(row, _columns(plan))
        if touched:
            Item.objects.bulk_update([row for row, _ in changes], sorted(touched), batch_size=500)
        if moves:
            order.settle(there, list(self.rows(deployment)))

    def also_changes(self, row: Item, plan: ItemPlan) -> tuple[dict[str, str], dict[str, str]]:
        """That it opens again stands in the history beside what was edited."""
        if row.state == ItemState.OPEN or not _opens_again(row, self.plan_of(row), plan):
            return {}, {}
        return {"state": row.state}, {"state": ItemState.OPEN.value}

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

    def bring_back(self, deployment: Deployment, keys: Collection[str]) -> None:
        """With the evidence that it had, and to be confirmed anew."""
        gone = self.every(deployment).filter(key__in=keys, removed_at__isnull=False)
        gone.update(removed_at=None, **OPEN_AGAIN)

    def take_out(self, deployment: Deployment, rows: Sequence[Item]) -> None:
        """One with evidence keeps its row, since evidence is never deleted."""
        there = list(self.rows(deployment))
        gone = {row.pk for row in rows}
        order.settle(there, [one for one in there if one.pk not in gone])
        taken = Item.objects.filter(pk__in=gone)
        kept = taken.filter(evidence__isnull=False).distinct()
        Item.predecessors.through.objects.filter(to_item__in=taken).delete()
        taken.exclude(pk__in=kept).delete()
        taken.update(removed_at=clock.now())


def _opens_again(row: Item, was: ItemPlan, plan: ItemPlan) -> bool:
    """Also if it is required now: what one person left out alone takes two from then on."""
    return plan.is_other_work(was) or (plan.required and row.is_left_out_by_one)


def _require_there(deployment: Deployment, plans: Sequence[ItemPlan]) -> None:
    """Section and predecessors were chosen before the lock; two queries however many plans."""
    sections = {plan.section.pk for plan in plans}
    if deployment.sections.filter(pk__in=sections).count() < len(sections):
        raise Invalid(GONE.format("section"))
    after = {item.pk for plan in plans for item in plan.after}
    if after and deployment.items.filter(pk__in=after).count() < len(after):
        raise Invalid(GONE.format("item that is to come first"))


def _columns(plan: ItemPlan) -> dict[str, Any]:
    said = {name: getattr(plan, name) for name in COLUMNS}
    return {**said, "commands": list(plan.commands), "choices": list(plan.choices)}


def _set(row: Item, values: dict[str, Any]) -> set[str]:
    """Which columns became different."""
    differing = {name for name, value in values.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, values[name])
    return differing
