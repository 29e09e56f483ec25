"""A whole checklist at once, as intake hands it over."""

from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Item, Section
from deployments.keys import kept_keys
from deployments.models import Deployment


def define(
    deployment: Deployment, sections: list[SectionDefinition], items: list[ItemDefinition]
) -> None:
    """Write a whole checklist; the caller holds the lock and refreshes the content afterwards."""
    made = Section.objects.bulk_create(
        Section(deployment=deployment, path=part.path, position=place, line=part.line)
        for place, part in enumerate(sections, start=1)
    )
    keys = kept_keys([item.key for item in items], [item.text for item in items])
    rows = Item.objects.bulk_create(
        Item(
            deployment=deployment,
            section=made[item.section],
            key=key,
            position=place,
            kind=item.kind,
            phase=item.phase,
            text=item.text,
            required=item.required,
            evidence_demanded=item.evidence_demanded,
            irreversible=item.irreversible,
            commands=item.commands,
            runs=item.runs,
            planned_minutes=item.planned_minutes,
            choices=item.choices,
            condition=item.condition,
            owner=item.owner,
            owner_role=item.owner_role,
            due_anchor=item.due_anchor,
            due_offset=item.due_offset,
            claimed_done=item.claimed_done,
            line=item.line,
        )
        for place, (key, item) in enumerate(zip(keys, items, strict=True), start=1)
    )
    order = Item.predecessors.through
    order.objects.bulk_create(
        order(from_item=rows[later], to_item=rows[earlier])
        for later, item in enumerate(items)
        for earlier in item.after
    )
