"""What was read from a document: lists of entries, each with its source line counted from 1.

The names of the lists are those of the command's JSON object. Times are in seconds, sections are
indexes into `sections` (None above the first heading), expressions are canonical conditions
(deployments/conditions.py) or None where the text did not parse. `done` is the document's claim.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Section(Entry):
    """A heading outside fences, the document title included: that is what is counted."""

    title: str
    path: tuple[str, ...]
    level: int
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fact(Entry):
    """`key` is a known name (package, environment, branch, commit…) or a slug of the title."""

    key: str
    title: str
    value: str
    section: int | None


@dataclass(frozen=True, slots=True)
class Gate(Entry):
    key: str
    title: str
    claim: str
    done: bool
    condition: str
    expression: str | None
    parsed: bool
    required: bool
    section: int | None
    kind: str = "reported"


@dataclass(frozen=True, slots=True)
class Item(Entry):
    """`owner` is as written, `owner_role` its key where it is a known role; due in seconds."""

    title: str
    section: int | None
    phase: str
    required: bool
    done: bool
    parent: int | None
    kind: str = "check"
    owner: str = ""
    owner_role: str | None = None
    due_anchor: str = ""
    due_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Choice(Entry):
    """Words of which exactly one is chosen; `lines` are those of the options."""

    title: str
    options: tuple[str, ...]
    chosen: str
    lines: tuple[int, ...]
    phase: str
    required: bool
    section: int | None


@dataclass(frozen=True, slots=True)
class Step(Entry):
    """A step of the runbook or of the rollback; `order` counts each of the two from 1."""

    kind: str
    title: str
    section: int | None
    order: int
    phase: str
    commands: tuple[str, ...]
    language: str
    has_box: bool
    required: bool
    done: bool
    owner: str = ""
    owner_role: str | None = None
    due_anchor: str = ""
    due_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Command(Entry):
    """`step_line` is the line of the step or item that it belongs to, None if there is none."""

    language: str
    section: int | None
    step_line: int | None


@dataclass(frozen=True, slots=True)
class Condition(Entry):
    """`kind` is target, metric, trigger or alert; `severity` (alerts) warning or critical.

    A limit with two sides has them both in `bounds` and no `expression`.
    """

    kind: str
    title: str
    metric: str | None
    expression: str | None
    parsed: bool
    severity: str | None
    section: int | None
    done: bool
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion(Entry):
    """`watch` is how long the document wants to look on, in seconds, if it says so."""

    title: str
    expression: str | None
    parsed: bool
    watch: int | None
    required: bool
    section: int | None
    done: bool


@dataclass(frozen=True, slots=True)
class Approval(Entry):
    """`person` and `signed` (signature or date) are what the document says; empty is unsigned."""

    role: str
    role_title: str
    known_role: bool
    statement: str
    section: int | None
    done: bool
    person: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Authorization(Entry):
    role: str
    role_title: str
    known_role: bool
    purpose: str
    section: int | None


@dataclass(frozen=True, slots=True)
class Message(Entry):
    """A message leaves `offset` seconds after its anchor (t0, start, complete); before is minus."""

    kind: str
    anchor: str
    offset: int
    title: str
    statement: str
    section: int | None


@dataclass(frozen=True, slots=True)
class Widget(Entry):
    title: str
    metrics: tuple[str, ...]
    section: int | None


@dataclass(frozen=True, slots=True)
class Note(Entry):
    """Text that has no other place; `reason` says why it was kept as a note."""

    reason: str
    section: int | None
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The account of some lines: what they became (or `structure`), why, and how surely (0–1)."""

    line: int
    end: int
    kind: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """`boxes_unusual` are those that plain Markdown readers do not see, such as ☐ and `[~]`."""

    boxes_total: int
    boxes_done: int
    boxes_in_fences: int
    boxes_quoted: int
    boxes_unusual: int
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]
    gates: tuple[Gate, ...]
    items: tuple[Item, ...]
    choices: tuple[Choice, ...]
    steps: tuple[Step, ...]
    commands: tuple[Command, ...]
    conditions: tuple[Condition, ...]
    criteria: tuple[Criterion, ...]
    approvals: tuple[Approval, ...]
    authorization: tuple[Authorization, ...]
    messages: tuple[Message, ...]
    widgets: tuple[Widget, ...]
    notes: tuple[Note, ...]
    unread: tuple[int, ...]
    box_like_unread: tuple[int, ...]
    languages_of_fences: tuple[str, ...]
    claims: tuple[Claim, ...]
