"""What a checklist is made of before it has rows; the shape in which intake hands it over."""

from dataclasses import dataclass, field
from datetime import timedelta

from accounts.models import Role, User


@dataclass(frozen=True)
class SectionDefinition:
    path: list[str]
    line: int | None = None


@dataclass(frozen=True)
class ItemDefinition:
    """`section` is the index of its section; `after` lists the indexes of items that come first."""

    section: int
    kind: str
    phase: str
    text: str
    required: bool = True
    commands: list[dict[str, str]] = field(default_factory=list)
    claimed_done: bool = False
    line: int | None = None
    after: list[int] = field(default_factory=list)
    key: str | None = None
    evidence_demanded: bool = False
    irreversible: bool = False
    planned_minutes: int | None = None
    runs: str = ""
    choices: list[str] = field(default_factory=list)
    condition: str = ""
    owner: User | None = None
    owner_role: Role | None = None
    due_anchor: str = ""
    due_offset: timedelta | None = None
