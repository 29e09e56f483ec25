"""A checklist becomes what a document says, and keeps what was confirmed of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Item, Section
from checklists.parts.items import Items
from checklists.plan import ItemPlan
from deployments.editing import arrange
from deployments.models import Deployment
from deployments.redefining import Wanted, by_key, redefine, remind


def redefine_checklist(
    deployment: Deployment, sections: Sequence[SectionDefinition], items: Sequence[ItemDefinition]
) -> None:
    """Make the checklist what these say, items by key and sections by path.

    The caller holds the lock, has asked, and refreshes the content afterwards.
    """
    part = Items()
    part.bring_back(deployment, [one.key or "" for one in items])
    headings, gone = _sections(deployment, sections)
    before = {
        key: frozenset(row.predecessors.all()) for key, row in by_key(part, deployment).items()
    }
    wanted = [
        Wanted(
            one.key or "",
            _plan(one, headings[one.section], before.get(one.key or "", frozenset())),
            {"line": one.line, "claimed_done": one.claimed_done},
        )
        for one in items
    ]
    _wait_for_each_other(redefine(part, deployment, wanted), items)
    empty = Section.objects.filter(pk__in=[one.pk for one in gone])
    empty.exclude(pk__in=Item.every.filter(section__in=gone).values("section")).delete()


def _sections(
    deployment: Deployment, wanted: Sequence[SectionDefinition]
) -> tuple[list[Section], list[Section]]:
    """The rows of the wanted ones, and those that no longer stand in the document, put last."""
    there: dict[tuple[str, ...], list[Section]] = defaultdict(list)
    for row in deployment.sections.order_by("-position"):
        there[tuple(row.path)].append(row)
    rows = []
    for place, one in enumerate(wanted, start=1):
        known = there.get(tuple(one.path))
        fresh = Section(deployment=deployment, path=one.path, position=place, line=one.line)
        rows.append(known.pop() if known else fresh)
    Section.objects.bulk_create([row for row in rows if row.pk is None])
    gone = [row for left in there.values() for row in left]
    arrange([*rows, *gone])
    remind(rows, [{"line": one.line} for one in wanted])
    return rows, gone


def _plan(one: ItemDefinition, section: Section, after: frozenset[Item]) -> ItemPlan:
    """What comes before it is settled when all items are there."""
    return ItemPlan(
        section=section,
        text=one.text,
        kind=one.kind,
        phase=one.phase,
        required=one.required,
        evidence_demanded=one.evidence_demanded,
        irreversible=one.irreversible,
        commands=tuple(one.commands),
        runs=one.runs,
        after=after,
        choices=tuple(one.choices),
        planned_minutes=one.planned_minutes,
        owner=one.owner,
        owner_role=one.owner_role,
        due_anchor=one.due_anchor,
        due_offset=one.due_offset,
        condition=one.condition,
    )


def _wait_for_each_other(rows: Sequence[Item], items: Sequence[ItemDefinition]) -> None:
    order = Item.predecessors.through.objects
    wanted = {
        (rows[later].pk, rows[earlier].pk)
        for later, one in enumerate(items)
        for earlier in one.after
    }
    stand = {
        (one.from_item_id, one.to_item_id): one.pk
        for one in order.filter(from_item__in=[row.pk for row in rows])
    }
    order.filter(pk__in=[pk for pair, pk in stand.items() if pair not in wanted]).delete()
    order.bulk_create(
        Item.predecessors.through(from_item_id=later, to_item_id=earlier)
        for later, earlier in sorted(wanted - stand.keys())
    )
