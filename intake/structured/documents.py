"""From a structured document to the definitions that it stands for."""

from __future__ import annotations

from datetime import time, timedelta

from accounts.models import Role
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.enums import LONGEST_HOLD
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import DEFAULT_PHASE, Kind
from communications.definitions import PlanLine
from communications.plan.parts import refusal_of_time
from deployments.exceptions import Invalid
from deployments.keys import kept_keys
from gates.definitions import SCHEDULES, GateDefinition
from gates.enums import Kind as GateKind
from gates.schedules import Schedule
from gates.streaks import Limits
from intake.structured import sense
from intake.structured.plain import LIMITS, TIMES, Document
from intake.structured.schema import problem_of
from intake.structured.text import Format, MalformedError, load
from intake.whole import Whole
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)


def read(text: str, form: Format) -> Document:
    """The document that a text is; raises Invalid with the path of the first thing wrong."""
    try:
        document = load(text, form)
    except MalformedError as error:
        raise Invalid(str(error)) from None
    problem = problem_of(document) or sense.problem_of(document)
    if problem:
        raise Invalid(problem)
    for at, one in enumerate(document.get("messages", [])):
        if (refusal := refusal_of_time(_message(one))) is not None:
            raise Invalid(f"“messages[{at}]” would never leave: {refusal.sentence}")
    return dict(document)


def whole_of(document: Document) -> Whole:
    """The definitions that a valid document stands for."""
    roles = document.get("roles", {})
    sections = document.get("sections", [])
    given = [(at, item) for at, one in enumerate(sections) for item in one.get("items", [])]
    rules = document.get("rules", [])
    watch = document.get("watch_seconds")
    return Whole(
        facts=document["deployment"],
        sections=[SectionDefinition(list(one["path"])) for one in sections],
        items=_items(given, roles),
        gates=[_gate(one) for one in document.get("gates", [])],
        rules=_rules(rules, roles),
        polled=[
            PolledDefinition(one["role"], _titled(one["role"], roles), one.get("purpose", ""))
            for one in document.get("polled", [])
        ],
        poll=document.get("poll"),
        targets=[TargetDefinition(**one) for one in document.get("targets", [])],
        alerts=[AlertDefinition(**one) for one in document.get("alerts", [])],
        triggers=[_trigger(one, roles) for one in document.get("triggers", [])],
        widgets=[
            WidgetDefinition(one["title"], list(one.get("series", [])))
            for one in document.get("widgets", [])
        ],
        watch=None if watch is None else timedelta(seconds=watch),
        messages=messages_of(document),
    )


def _items(given: list[tuple[int, Document]], roles: dict[str, str]) -> list[ItemDefinition]:
    keys = kept_keys([one.get("key") for _, one in given], [one["text"] for _, one in given])
    places = {key: place for place, key in enumerate(keys)}
    return [
        _item(section, key, one, [places[before] for before in one.get("after", [])], roles)
        for key, (section, one) in zip(keys, given, strict=True)
    ]


def _item(
    section: int, key: str, said: Document, after: list[int], roles: dict[str, str]
) -> ItemDefinition:
    kind = said.get("kind", Kind.CHECK.value)
    due = said.get("due")
    return ItemDefinition(
        section=section,
        key=key,
        text=said["text"],
        kind=kind,
        phase=said.get("phase", DEFAULT_PHASE[Kind(kind)].value),
        required=said.get("required", True),
        commands=said.get("commands", []),
        after=sorted(after),
        evidence_demanded=said.get("evidence_demanded", False),
        irreversible=said.get("irreversible", False),
        planned_minutes=said.get("planned_minutes"),
        runs=said.get("runs", ""),
        choices=said.get("choices", []),
        condition=said.get("condition", ""),
        owner_role=_role(said.get("owner_role"), roles),
        due_anchor=due["anchor"] if due else "",
        due_offset=timedelta(seconds=due["offset_seconds"]) if due else None,
    )


def _gate(said: Document) -> GateDefinition:
    """What is left out is the kind's own."""
    kind = said.get("kind", GateKind.REPORTED.value)
    usual = SCHEDULES[kind]
    limits = {name: said.get(name, getattr(usual.limits, name)) for name in LIMITS}
    times = {
        name: timedelta(seconds=said[f"{name}_seconds"])
        if f"{name}_seconds" in said
        else getattr(usual, name)
        for name in TIMES
    }
    return GateDefinition(
        title=said["title"],
        key=said.get("key"),
        kind=kind,
        settings=said.get("settings", {}),
        condition=said.get("condition", ""),
        required=said.get("required", True),
        machine_only=said.get("machine_only", False),
        unwaivable=said.get("unwaivable", False),
        schedule=Schedule(Limits(**limits), **times),
    )


def _rules(given: list[Document], roles: dict[str, str]) -> list[RuleDefinition]:
    keys = kept_keys([one.get("key") for one in given], [one["role"] for one in given])
    return [
        RuleDefinition(
            one["role"],
            _titled(one["role"], roles),
            one.get("statement", ""),
            key=key,
            count=one.get("count", 1),
            order_group=one.get("order_group", 1),
            time_sensitive=one.get("time_sensitive"),
            asked_until=_hours(one.get("asked_until_hours")),
            holds_for=timedelta(days=one.get("holds_for_days", LONGEST_HOLD.days)),
        )
        for key, one in zip(keys, given, strict=True)
    ]


def _trigger(said: Document, roles: dict[str, str]) -> TriggerDefinition:
    decider = _role(said.get("decided_by"), roles)
    return TriggerDefinition(**{**said, "decided_by": decider})


def _role(key: str | None, roles: dict[str, str]) -> Role | None:
    return Role(key=key, title=_titled(key, roles)) if key else None


def _hours(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(hours=number)


def messages_of(document: Document) -> list[PlanLine]:
    return [_message(one) for one in document.get("messages", [])]


def _message(said: Document) -> PlanLine:
    offset = timedelta(seconds=said["offset_seconds"])
    return PlanLine(
        said["kind"],
        said["anchor"],
        offset,
        said["title"],
        said.get("text", ""),
        day=said.get("day"),
        at=time.fromisoformat(said["at"]) if "at" in said else None,
        audience=tuple(said.get("audience", ())),
        addresses=tuple(said.get("addresses", ())),
    )


def _titled(key: str, roles: dict[str, str]) -> str:
    return roles.get(key) or key.replace("_", " ").capitalize()
