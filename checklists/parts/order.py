"""How items stand in their sections, and what waits for what once they stand otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from checklists import ordering
from checklists.enums import Kind
from checklists.models import Item, Section
from deployments.editing import NOWHERE, arrange, placed
from deployments.exceptions import Invalid


def settle(old: Sequence[Item], new: Sequence[Item]) -> None:
    """Number the items, and let runs of steps wait for each other in their new order."""
    arrange(new)
    items = {one.pk: one for one in new}
    before = {one.pk: {earlier.pk for earlier in one.predecessors.all()} for one in [*old, *new]}
    for kind in (Kind.STEP, Kind.ROLLBACK_STEP):
        stood = [one.pk for one in old if one.kind == kind]
        stand = [one.pk for one in new if one.kind == kind]
        for pk, earlier in ordering.rewired(stood, stand, before).items():
            items[pk].predecessors.set(earlier)


def put(items: list[Item], sections: Sequence[Section], row: Item, place: str) -> list[Item]:
    """The items with this one moved, its section set to that of its new place.

    Up and down lead past a neighbour, or over a heading into the section beside it; else
    `before-<item>` or `end-<section>`.
    """
    word, _, number = place.partition("-")
    match word:
        case "up" | "down" if not number:
            return _step(items, sections, row, -1 if word == "up" else 1)
        case "before":
            moved = placed(items, row, place)
            row.section = next(one.section for one in items if str(one.pk) == number)
            return moved
        case "end":
            section = next((one for one in sections if str(one.pk) == number), None)
            if section is not None:
                return _into(items, row, section, at_end=True)
    raise Invalid(NOWHERE)


def _step(items: list[Item], sections: Sequence[Section], row: Item, by: int) -> list[Item]:
    at = items.index(row)
    beside = items[at + by] if 0 <= at + by < len(items) else None
    if beside is not None and beside.section_id == row.section_id:
        return placed(items, row, "up" if by < 0 else "down")
    headings = list(sections)
    to = headings.index(row.section) + by
    if not 0 <= to < len(headings):
        return items
    return _into(items, row, headings[to], at_end=by < 0)


def _into(items: list[Item], row: Item, section: Section, *, at_end: bool) -> list[Item]:
    row.section = section
    rest = [one for one in items if one.pk != row.pk]
    edge = section.position if at_end else section.position - 1
    to = sum(one.section.position <= edge for one in rest)
    return [*rest[:to], row, *rest[to:]]
