"""What items and sections are made of while they are planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Role, User
from checklists.commands import Command, as_text
from checklists.enums import Kind, Phase
from checklists.models import Item, Section
from checklists.moments import in_words
from deployments.canonical import digest
from deployments.described import Described


@dataclass(frozen=True)
class ItemPlan(Described):
    """One item as it is edited; `after` are the items that come before it."""

    section: Section
    text: str
    kind: str = Kind.CHECK
    phase: str = Phase.BEFORE
    required: bool = True
    evidence_demanded: bool = False
    irreversible: bool = False
    commands: tuple[Command, ...] = ()
    runs: str = ""
    after: frozenset[Item] = frozenset()
    choices: tuple[str, ...] = ()
    planned_minutes: int | None = None
    owner: User | None = None
    owner_role: Role | None = None
    due_anchor: str = ""
    due_offset: timedelta | None = None
    condition: str = ""

    def plain(self) -> dict[str, str]:
        return {
            "section": str(self.section),
            "text": self.text,
            "kind": Kind(self.kind).label,
            "phase": Phase(self.phase).label,
            "required": _yes(self.required),
            "evidence_demanded": _yes(self.evidence_demanded),
            "irreversible": _yes(self.irreversible),
            "commands": as_text(list(self.commands)),
            "runs": self.runs,
            "after": "; ".join(sorted(str(item) for item in self.after)),
            "choices": "\n".join(self.choices),
            "planned_minutes": str(self.planned_minutes or ""),
            "owner": str(self.owner or self.owner_role or ""),
            "due": in_words(self.due_anchor, self.due_offset),
            "condition": self.condition,
        }

    @property
    def fingerprint(self) -> str:
        """Two items or sections with the same words are not the same."""
        keys = sorted(item.key for item in self.after)
        return digest({**self.plain(), "after": keys, "section": self.section.pk})

    def is_other_work(self, than: ItemPlan) -> bool:
        """Whether somebody who confirmed the one has not confirmed the other."""
        names = ("text", "phase", "evidence_demanded", "commands", "runs", "choices", "condition")
        return any(getattr(self, name) != getattr(than, name) for name in names)


@dataclass(frozen=True)
class SectionPlan(Described):
    """A heading and the headings above it, outermost first."""

    title: str
    above: tuple[str, ...] = ()

    def plain(self) -> dict[str, str]:
        return {"title": self.title, "above": " › ".join(self.above)}

    @property
    def path(self) -> list[str]:
        return [*self.above, self.title]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
