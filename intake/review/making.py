"""Making an entry of a line that a person says it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployments.conditions import ConditionError, parse
from deployments.exceptions import Invalid
from intake import reading as r
from intake.blocks import plain, slug
from intake.boxes import bare_box, box_of_entry
from intake.moments import moment
from intake.reading import Reading
from intake.recognisers.messages import KINDS as MESSAGE_KINDS
from intake.review.kinds import KINDS, Correction, entries_at
from intake.roles import role_of
from intake.topics import place_of


def made(reading: Reading, one: Correction, lines: list[str]) -> r.Entry:
    said = _Said.of(reading, one, lines)
    if not said.title:
        raise Invalid(f"Line {one.line} has no words that could be a {KINDS[one.kind].lower()}.")
    return _MAKERS[one.kind](said, one)


@dataclass(frozen=True)
class _Said:
    """What stands on a line and above it, whatever the line is made."""

    text: str
    line: int
    title: str
    done: bool
    section: int | None
    phase: str | None
    end: int

    @classmethod
    def of(cls, reading: Reading, one: Correction, lines: list[str]) -> _Said:
        found = entries_at(reading, one.line)
        row = lines[one.line - 1] if 0 < one.line <= len(lines) else ""
        text = found[0].text if found else _without_marks(row)
        named = (one for one in found if not isinstance(one, r.Choice))
        words = next((str(one.title) for one in named if hasattr(one, "title")), plain(text))
        section = (
            section_at(reading, one.section)
            if one.section is not None
            else section_above(reading, one.line)
        )
        above = [] if section is None else list(reversed(reading.sections[section].path))
        done = any(getattr(entry, "done", False) for entry in found)
        return cls(text, one.line, words, done, section, place_of(above).phase, one.line)


def _without_marks(row: str) -> str:
    boxed = bare_box(row.strip()) or box_of_entry(row.strip().lstrip("-*+ "))
    return boxed.text if boxed else row.strip().lstrip("-*+#>| ").rstrip("| ")


def section_above(reading: Reading, line: int) -> int | None:
    above = [index for index, one in enumerate(reading.sections) if one.line <= line]
    return above[-1] if above else None


def _owned(one: Correction) -> dict[str, Any]:
    return {"owner": one.role_title or one.role, "owner_role": one.role} if one.role else {}


def _item(said: _Said, one: Correction) -> r.Entry:
    return r.Item(
        text=said.text, line=said.line, title=said.title, section=said.section,
        phase=said.phase or "before", required=True, done=said.done, parent=None, **_owned(one),
    )  # fmt: skip


def _step(said: _Said, one: Correction) -> r.Entry:
    is_rollback = one.kind == "rollback_step"
    return r.Step(
        text=said.text, line=said.line, kind=one.kind, title=said.title, section=said.section,
        order=0, phase="rollback" if is_rollback else said.phase or "during", commands=(),
        language="", has_box=False, required=True, done=said.done, **_owned(one),
    )  # fmt: skip


def _criterion(said: _Said, one: Correction) -> r.Entry:
    expression = canonical(one.condition) if one.condition else None
    return r.Criterion(
        text=said.text, line=said.line, title=said.title, expression=expression,
        parsed=expression is not None, watch=None, required=True, section=said.section,
        done=said.done,
    )  # fmt: skip


def _gate(said: _Said, one: Correction) -> r.Entry:
    expression = canonical(one.condition) if one.condition else None
    return r.Gate(
        text=said.text, line=said.line, key=slug(said.title, "-"), title=said.title, claim="",
        done=said.done, condition=one.condition, expression=expression,
        parsed=expression is not None, required=True, section=said.section,
    )  # fmt: skip


def _condition(said: _Said, one: Correction) -> r.Entry:
    is_alert = one.kind in ("warning", "critical")
    expression = canonical(one.condition) if one.condition else None
    return r.Condition(
        text=said.title, line=said.line, kind="alert" if is_alert else one.kind, title=said.title,
        metric=None, expression=expression, parsed=expression is not None,
        severity=one.kind if is_alert else None, section=said.section, done=said.done,
    )  # fmt: skip


def _approval(said: _Said, one: Correction) -> r.Entry:
    role, title, known = _role(said, one)
    return r.Approval(
        text=said.text, line=said.line, role=role, role_title=title, known_role=known,
        statement=said.title, section=said.section, done=False,
    )  # fmt: skip


def _authorization(said: _Said, one: Correction) -> r.Entry:
    role, title, known = _role(said, one)
    return r.Authorization(
        text=said.text, line=said.line, role=role, role_title=title, known_role=known,
        purpose="" if title == said.title else said.title, section=said.section,
    )  # fmt: skip


def _role(said: _Said, one: Correction) -> tuple[str, str, bool]:
    if one.role:
        return one.role, one.role_title or one.role, True
    found = role_of(said.title.partition(":")[0])
    if not found.key:
        raise Invalid(f"Line {said.line} names no role; choose one.")
    return found.key, found.title, found.known


def _message(said: _Said, one: Correction) -> r.Entry:
    when = moment(said.title)
    if when is None:
        raise Invalid(f"Line {said.line} names no time, such as “24 h before”.")
    return r.Message(
        text=said.text, line=said.line, kind=MESSAGE_KINDS.get(when, "generic"),
        anchor=when.anchor, offset=when.offset, title=said.title, statement="",
        section=said.section,
    )  # fmt: skip


def _note(said: _Said, one: Correction) -> r.Entry:
    return r.Note(said.text, said.line, "a person said so", said.section, said.end)


_MAKERS = {
    "item": _item, "step": _step, "rollback_step": _step, "criterion": _criterion, "gate": _gate,
    "approval": _approval, "authorization": _authorization, "target": _condition,
    "trigger": _condition, "warning": _condition, "critical": _condition, "message": _message,
    "note": _note,
}  # fmt: skip


def canonical(condition: str) -> str:
    """The limit as the portal writes it; raises `Invalid` with what is wrong with it."""
    try:
        return str(parse(condition))
    except ConditionError as error:
        raise Invalid(str(error)) from None


def section_at(reading: Reading, line: int) -> int:
    """The section whose heading stands on a line."""
    for index, section in enumerate(reading.sections):
        if section.line == line:
            return index
    raise Invalid(f"Line {line} is no heading of this document.")
