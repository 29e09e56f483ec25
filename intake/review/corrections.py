"""A reading as a person corrected it: what the marked lines are, instead of what was read there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from intake import reading as r
from intake.assembling import in_order, named_once
from intake.reading import Reading
from intake.review.kinds import AS_READ, LEFT_OUT, LISTS, Correction, entries_at, kind_of, list_of
from intake.review.making import canonical, made, section_at


def corrected(reading: Reading, corrections: Iterable[Correction], lines: list[str]) -> Reading:
    """The reading with these corrections, one a line; `lines` are those of the document.

    Raises `Invalid` for a correction that its line cannot have.
    """
    by_line = {one.line: one for one in corrections}
    if not by_line:
        return reading
    kept = {name: [one for one in getattr(reading, name) if one.line not in by_line]
            for name in LISTS}  # fmt: skip
    kept["choices"] = [one for one in kept["choices"] if not by_line.keys() & set(one.lines)]
    for one in by_line.values():
        for entry in _entries(reading, one, lines):
            kept[list_of(entry)].append(entry)
    for line in _orphaned(reading, by_line):
        kept["items"].append(made(reading, Correction(line, "item"), lines))
    parts: dict[str, Any] = {
        name: tuple(sorted(listed, key=lambda entry: entry.line)) for name, listed in kept.items()
    }
    parts["gates"] = named_once(parts["gates"])
    parts["steps"] = in_order(parts["steps"], parts["commands"])
    unread = tuple(line for line in reading.unread if line not in by_line)
    boxes = tuple(line for line in reading.box_like_unread if line not in by_line)
    return replace(reading, **parts, unread=unread, box_like_unread=boxes)


def _orphaned(reading: Reading, by_line: Mapping[int, Correction]) -> list[int]:
    """The other options of a choice that lost one: they are no choice any more, but still there."""
    broken = [one for one in reading.choices if by_line.keys() & {one.line, *one.lines}]
    return [line for one in broken for line in one.lines if line not in by_line]


def _entries(reading: Reading, one: Correction, lines: list[str]) -> list[r.Entry]:
    found = entries_at(reading, one.line)
    if one.kind == LEFT_OUT:
        return []
    if one.kind == AS_READ or (found and all(kind_of(entry) == one.kind for entry in found)):
        return [_changed(reading, entry, one) for entry in found]
    return [made(reading, one, lines)]


def _changed(reading: Reading, entry: r.Entry, one: Correction) -> r.Entry:
    """The same thing in another section, with another role or limit, as far as it can have them."""
    named = {field.name for field in fields(entry)}
    said: dict[str, Any] = {}
    if one.section is not None and "section" in named:
        said["section"] = section_at(reading, one.section)
    if one.role and "role" in named:
        said |= {"role": one.role, "role_title": one.role_title or one.role, "known_role": True}
    if one.role and "owner_role" in named:
        said |= {"owner_role": one.role, "owner": one.role_title or one.role}
    if one.condition and "expression" in named:
        said |= {"expression": canonical(one.condition), "parsed": True}
        said |= {"bounds": ()} if "bounds" in named else {}
    return replace(entry, **said)
