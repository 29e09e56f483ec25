"""What a line of a document can be said to be, and by which word each entry goes."""

from __future__ import annotations

from dataclasses import dataclass

from intake import reading as r
from intake.reading import Reading

AS_READ, LEFT_OUT = "", "left_out"
# What a line can be made, in the words of the page.
KINDS: dict[str, str] = {
    AS_READ: "As it was read",
    "item": "Check item",
    "step": "Deployment step",
    "rollback_step": "Rollback step",
    "criterion": "Success criterion",
    "gate": "Quality gate",
    "approval": "Approval",
    "authorization": "Final authorization",
    "target": "Target",
    "trigger": "Rollback trigger",
    "warning": "Alert, warning",
    "critical": "Alert, critical",
    "message": "Message",
    "note": "Note, in the document only",
    LEFT_OUT: "Leave it out",
}
ENTRY_LISTS: dict[str, type[r.Entry]] = {
    "facts": r.Fact, "gates": r.Gate, "items": r.Item, "choices": r.Choice, "steps": r.Step,
    "commands": r.Command, "conditions": r.Condition, "criteria": r.Criterion,
    "approvals": r.Approval, "authorization": r.Authorization, "messages": r.Message,
    "widgets": r.Widget, "notes": r.Note,
}  # fmt: skip
LISTS = tuple(ENTRY_LISTS)
WITH_ROLE = frozenset(["item", "step", "rollback_step", "approval", "authorization"])
WITH_CONDITION = frozenset(["gate", "target", "trigger", "warning", "critical", "criterion"])
STEPS = frozenset(["step", "rollback_step"])


@dataclass(frozen=True)
class Correction:
    """What one line is: a kind of `KINDS`, and where they are said, its place, role and limit.

    `section` is the line of a heading; None, and empty words, leave what was read.
    """

    line: int
    kind: str = AS_READ
    section: int | None = None
    role: str = ""
    role_title: str = ""
    condition: str = ""


def list_of(entry: r.Entry) -> str:
    """The list of the reading in which an entry stands."""
    return next(name for name, kind in ENTRY_LISTS.items() if isinstance(entry, kind))


def entries_at(reading: Reading, line: int) -> list[r.Entry]:
    """Everything that was read on a line, but for headings."""
    return [one for name in LISTS for one in getattr(reading, name) if one.line == line]


def kind_of(entry: r.Entry) -> str:
    """The word of `KINDS` for what was read; a word of its own for what no line is made."""
    if isinstance(entry, r.Step):
        return entry.kind
    if isinstance(entry, r.Condition):
        return (
            (entry.severity or "warning")
            if entry.kind == "alert"
            else ("target" if entry.kind == "metric" else entry.kind)
        )
    return type(entry).__name__.lower()
