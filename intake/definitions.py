"""What was read, as each app's own definitions: the step between a document and its rows."""

from dataclasses import dataclass, field
from datetime import timedelta

from approvals.definitions import PolledDefinition, RuleDefinition
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import Kind, Phase
from communications.definitions import PlanLine
from communications.enums import Kind as Message
from gates.definitions import GateDefinition
from intake.fitting import claim_that_fits, message_that_fits
from intake.reading import Condition, Criterion, Item, Reading, Step
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)

OUTSIDE = "Outside any section"
# The reader's words for messages → the portal's; any other is told by the moment it belongs to.
MESSAGE_KINDS: dict[str, Message] = {
    "notice_24h": Message.NOTICE,
    "notice_2h": Message.GO_NO_GO,
    "start": Message.START,
    "complete": Message.COMPLETE,
    "summary_24h": Message.SUMMARY,
}
BY_ANCHOR: dict[str, Message] = {"start": Message.START, "complete": Message.SUMMARY}


@dataclass(frozen=True)
class Checklist:
    sections: list[SectionDefinition] = field(default_factory=list)
    items: list[ItemDefinition] = field(default_factory=list)


def checklist(reading: Reading) -> Checklist:
    """Sections in document order; items by line, each step after the one before."""
    entries: list[Item | Step | Criterion] = [*reading.items, *reading.steps, *reading.criteria]
    entries.sort(key=lambda entry: entry.line)
    sections = [SectionDefinition(list(one.path), one.line) for one in reading.sections]
    if any(entry.section is None for entry in entries):
        sections.append(SectionDefinition([OUTSIDE]))
    last: dict[str, int] = {}
    items = []
    for place, entry in enumerate(entries):
        item = _item(entry, len(sections) - 1, last)
        items.append(item)
        if isinstance(entry, Step):
            last[item.kind] = place
    return Checklist(sections, items)


def _item(entry: Item | Step | Criterion, outside: int, last: dict[str, int]) -> ItemDefinition:
    kind, phase = _kind(entry)
    before = last.get(kind) if isinstance(entry, Step) else None
    commands = entry.commands if isinstance(entry, Step) else ()
    language = entry.language if isinstance(entry, Step) else ""
    return ItemDefinition(
        section=outside if entry.section is None else entry.section,
        kind=kind,
        phase=phase,
        text=entry.title,
        required=entry.required,
        commands=[{"language": language, "text": command} for command in commands],
        claimed_done=entry.done,
        line=entry.line,
        after=[] if before is None else [before],
    )


def _kind(entry: Item | Step | Criterion) -> tuple[str, str]:
    match entry:
        case Step(kind=Kind.ROLLBACK_STEP):
            return Kind.ROLLBACK_STEP, Phase.ROLLBACK
        case Step():
            return Kind.STEP, entry.phase
        case Criterion():
            return Kind.CRITERION, Phase.AFTER
        case Item():
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
    return [
        message_that_fits(
            PlanLine(
                kind=MESSAGE_KINDS.get(one.kind) or BY_ANCHOR.get(one.anchor, Message.NOTICE),
                anchor=one.anchor,
                offset=timedelta(seconds=one.offset),
                title=one.title,
                text=one.statement,
                line=one.line,
            )
        )
        for one in reading.messages
    ]


def targets(reading: Reading) -> list[TargetDefinition]:
    """Targets with a deadline and metrics to keep an eye on: both are values to be reached."""
    return [
        TargetDefinition(one.text, one.expression or "", one.line)
        for one in _conditions(reading, "target", "metric")
    ]


def triggers(reading: Reading) -> list[TriggerDefinition]:
    return [
        TriggerDefinition(one.text, one.expression or "", line=one.line)
        for one in _conditions(reading, "trigger")
    ]


def alerts(reading: Reading) -> list[AlertDefinition]:
    return [
        AlertDefinition(one.text, one.expression or "", one.severity or "warning", one.line)
        for one in _conditions(reading, "alert")
    ]


def widgets(reading: Reading) -> list[WidgetDefinition]:
    return [WidgetDefinition(one.title, list(one.metrics), one.line) for one in reading.widgets]


def watch_length(reading: Reading) -> timedelta | None:
    stated = [one.watch for one in reading.criteria if one.watch]
    return timedelta(seconds=max(stated)) if stated else None


def _conditions(reading: Reading, *kinds: str) -> list[Condition]:
    return [one for one in reading.conditions if one.kind in kinds]
