"""What was added in the portal stays in the plan, though the document does not say it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from checklists.definitions import ItemDefinition, SectionDefinition
from intake.whole import Whole

Definition = TypeVar("Definition", bound=Any)


def with_staying(
    new: Sequence[Definition], old: Sequence[Definition], by_hand: Collection[str]
) -> list[Definition]:
    """The new ones, and at the end those of the old that stay."""
    there = {one.key for one in new}
    return [*new, *(one for one in old if one.key in by_hand and one.key not in there)]


def checklist_with_staying(
    new: Whole, old: Whole, by_hand: Collection[str]
) -> tuple[list[SectionDefinition], list[ItemDefinition]]:
    """Each at the end of its section, which comes last if the document has no such one."""
    listed = with_staying(new.items, old.items, by_hand)
    if len(listed) == len(new.items):
        return new.sections, new.items
    sections = list(new.sections)
    keys = [[new.items[at].key for at in one.after] for one in new.items]
    for one in listed[len(new.items) :]:
        path = old.sections[one.section].path
        place = next((at for at, has in enumerate(sections) if has.path == path), len(sections))
        sections += [SectionDefinition(path)] if place == len(sections) else []
        listed[listed.index(one)] = replace(one, section=place)
        keys.append([old.items[at].key for at in one.after])
    order = sorted(range(len(listed)), key=lambda at: listed[at].section)
    places = {listed[at].key: place for place, at in enumerate(order)}
    return sections, [
        replace(listed[at], after=sorted(places[key] for key in keys[at] if key in places))
        for at in order
    ]
