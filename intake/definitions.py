"""What was read, as each app's own definitions: the step between a document and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import Kind, Phase
from communications.definitions import PlanLine
from communications.enums import Kind as Message
from deployments.enums import Anchor
from deployments.models.deployment import DEFAULT_WINDOW
from gates.definitions import GateDefinition
from intake.assembling import commands_under
from intake.deciders import split_decider
from intake.fitting import claim_that_fits, message_that_fits
from intake.reading import Choice, Command, Condition, Criterion, Item, Reading, Step
from intake.reading import Message as Told
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)

OUTSIDE = "Outside any section"
Planned = Item | Step | Criterion | Choice
# The reader's words for messages → the portal's; any other is told by the moment it belongs to.
MESSAGE_KINDS: dict[str, Message] = {
    "notice_24h": Message.NOTICE,
    "notice_2h": Message.GO_NO_GO,
    "start": Message.START,
    "complete": Message.COMPLETE,
    "summary_24h": Message.SUMMARY,
}
BY_ANCHOR: dict[str, Message] = {"start": Message.START, "complete": Message.SUMMARY}
BEGUN, SUMMED_UP = (Message.START, Anchor.T0), (Message.SUMMARY, Anchor.COMPLETE)


@dataclass(frozen=True)
class Checklist:
    sections: list[SectionDefinition] = field(default_factory=list)
    items: list[ItemDefinition] = field(default_factory=list)


def checklist(reading: Reading) -> Checklist:
    """Sections in document order; items by line, each step after the one before."""
    entries: list[Planned] = [
        *reading.items, *reading.steps, *reading.criteria, *reading.choices,
    ]  # fmt: skip
    entries.sort(key=lambda entry: entry.line)
    sections = [SectionDefinition(list(one.path), one.line) for one in reading.sections]
    if any(entry.section is None for entry in entries):
        sections.append(SectionDefinition([OUTSIDE]))
    last: dict[str, int] = {}
    under = commands_under(reading.commands)
    items = []
    for place, entry in enumerate(entries):
        item = _item(entry, len(sections) - 1, last, under.get(entry.line, []))
        items.append(item)
        if isinstance(entry, Step):
            last[item.kind] = place
    return Checklist(sections, items)


def _item(
    entry: Planned, outside: int, last: dict[str, int], commands: list[Command]
) -> ItemDefinition:
    kind, phase = _kind(entry)
    before = last.get(kind) if isinstance(entry, Step) else None
    plan = ItemDefinition(
        section=outside if entry.section is None else entry.section,
        kind=kind,
        phase=phase,
        text=entry.title,
        required=entry.required,
        commands=[{"language": one.language, "text": one.text} for one in commands],
        claimed_done=not isinstance(entry, Choice) and entry.done,
        line=entry.line,
        after=[] if before is None else [before],
        choices=list(entry.options) if isinstance(entry, Choice) else [],
        condition=(entry.expression or "") if isinstance(entry, Criterion) else "",
    )
    return _assigned(plan, entry) if isinstance(entry, Item | Step) else plan


def _assigned(plan: ItemDefinition, entry: Item | Step) -> ItemDefinition:
    """An owner who is no role of the portal stays a remark in the text; nobody is invented."""
    role = Role(key=entry.owner_role, title=entry.owner) if entry.owner_role else None
    named = entry.owner.lower() in entry.title.lower()
    remark = "" if role or named or not entry.owner else f" (owner: {entry.owner})"
    offset = None if entry.due_offset is None else timedelta(seconds=entry.due_offset)
    return replace(
        plan, text=plan.text + remark, owner_role=role, due_anchor=entry.due_anchor,
        due_offset=offset,
    )  # fmt: skip


def _kind(entry: Planned) -> tuple[str, str]:
    match entry:
        case Step(kind=Kind.ROLLBACK_STEP):
            return Kind.ROLLBACK_STEP, Phase.ROLLBACK
        case Step():
            return Kind.STEP, entry.phase
        case Criterion():
            return Kind.CRITERION, Phase.AFTER
        case Item() | Choice():
            return Kind.CHECK, entry.phase


def gates(reading: Reading) -> list[GateDefinition]:
    return [
        GateDefinition(
            title=gate.title,
            key=gate.key,
            condition=gate.expression or "",
            required=gate.required,
            claim=claim_that_fits(gate.claim),
            claimed_done=gate.done,
            line=gate.line,
        )
        for gate in reading.gates
    ]


def rules(reading: Reading) -> list[RuleDefinition]:
    return [
        RuleDefinition(one.role, one.role_title, one.statement, one.line)
        for one in reading.approvals
    ]


def polled(reading: Reading) -> list[PolledDefinition]:
    return [
        PolledDefinition(one.role, one.role_title, one.purpose, one.line)
        for one in reading.authorization
    ]


def messages(reading: Reading) -> list[PlanLine]:
    return [_message(one) for one in reading.messages]


def _message(one: Told) -> PlanLine:
    kind, anchor = _told(one)
    line = PlanLine(
        kind=kind,
        anchor=anchor,
        offset=timedelta(seconds=one.offset),
        title=one.title,
        text=one.statement,
        line=one.line,
    )
    return message_that_fits(line)


def _told(one: Told) -> tuple[str, str]:
    """Its kind and anchor. A notice is of use before T0 only.

    From T0 on a line tells that it has begun, and past the time that a deployment usually takes
    how it went, so long after its end.
    """
    if one.kind in MESSAGE_KINDS:
        return MESSAGE_KINDS[one.kind], one.anchor
    if one.anchor == Anchor.T0 and one.offset >= 0:
        return BEGUN if timedelta(seconds=one.offset) < DEFAULT_WINDOW else SUMMED_UP
    return BY_ANCHOR.get(one.anchor, Message.NOTICE), one.anchor


def targets(reading: Reading) -> list[TargetDefinition]:
    """Targets with a deadline and metrics to keep an eye on: both are values to be reached."""
    return [
        TargetDefinition(_said(one), expression, one.line)
        for one, expression in _conditions(reading, "target", "metric")
    ]


def triggers(reading: Reading) -> list[TriggerDefinition]:
    return [
        TriggerDefinition(_said(one), expression, line=one.line, decided_by=_decider(one))
        for one, expression in _conditions(reading, "trigger")
    ]


def alerts(reading: Reading) -> list[AlertDefinition]:
    return [
        AlertDefinition(_said(one), expression, one.severity or "warning", one.line)
        for one, expression in _conditions(reading, "alert")
    ]


def widgets(reading: Reading) -> list[WidgetDefinition]:
    return [WidgetDefinition(one.title, list(one.metrics), one.line) for one in reading.widgets]


def watch_length(reading: Reading) -> timedelta | None:
    stated = [one.watch for one in reading.criteria if one.watch]
    return timedelta(seconds=max(stated)) if stated else None


def _conditions(reading: Reading, *kinds: str) -> Iterator[tuple[Condition, str]]:
    """Each with its expression, a limit with two sides once for each of them."""
    for one in reading.conditions:
        if one.kind in kinds:
            yield from ((one, expression) for expression in one.bounds or [one.expression or ""])


def _decider(one: Condition) -> Role | None:
    _, found = split_decider(one.text)
    return Role(key=found.key, title=found.title) if found else None


def _said(one: Condition) -> str:
    """A row of a table is said without its bars."""
    return one.title if one.text.startswith("|") else one.text
