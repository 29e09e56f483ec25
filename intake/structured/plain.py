"""From definitions to the structured document that says them."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from approvals.definitions import RuleDefinition
from approvals.enums import LONGEST_HOLD
from checklists.definitions import ItemDefinition
from checklists.enums import DEFAULT_PHASE, Kind, Phase
from communications.definitions import PlanLine
from gates.definitions import SCHEDULES, GateDefinition
from gates.streaks import Limits
from intake.structured.schema import VERSION
from intake.whole import Whole, named_roles
from monitoring.definitions import AlertDefinition, LimitDefinition, TriggerDefinition
from monitoring.models import DEFAULT_COUNTDOWN

Document = dict[str, Any]
LIMITS = tuple(one.name for one in fields(Limits))
TIMES = ("interval", "settle", "timeout", "freshness")


def plain(whole: Whole) -> Document:
    """The document of these definitions; what is as usual is left out, but for what is signed."""
    items = [_plain_item(one, whole.items) for one in whole.items]
    placed = list(zip(whole.items, items, strict=True))
    parts: Document = {
        "roles": _roles(whole),
        "sections": [
            {
                "path": list(section.path),
                **_said(items=[said for item, said in placed if item.section == at]),
            }
            for at, section in enumerate(whole.sections)
        ],
        "gates": [_plain_gate(one) for one in whole.gates],
        "rules": [
            {"key": one.key, "role": one.role, "statement": one.statement, "count": one.count,
             "order_group": one.order_group, **_rule_limits(one)}
            for one in whole.rules
        ],
        "polled": [_said(role=one.role, purpose=one.purpose) for one in whole.polled],
        "targets": [_plain_limit(one) for one in whole.targets],
        "alerts": [_plain_alert(one) for one in whole.alerts],
        "triggers": [_plain_trigger(one) for one in whole.triggers],
        "widgets": [_said(title=one.title, series=list(one.series)) for one in whole.widgets],
        "watch_seconds": _seconds(whole.watch) if whole.watch is not None else None,
        "messages": [plain_message(one) for one in whole.messages],
    }  # fmt: skip
    facts = {name: said for name, said in whole.facts.items() if said}
    off = {"poll": False} if whole.poll is False else {}
    return {"version": VERSION, "deployment": facts, **_said(**parts), **off}


def plain_message(one: PlanLine) -> Document:
    return {
        "kind": str(one.kind), "anchor": str(one.anchor),
        "offset_seconds": _seconds(one.offset), "title": one.title, **_calendar(one),
        **_said(text=one.text, audience=list(one.audience), addresses=list(one.addresses)),
    }  # fmt: skip


def _calendar(line: PlanLine) -> Document:
    """Calendar time instead of elapsed time; day 0 is the anchor's own."""
    if line.day is None or line.at is None:
        return {}
    return {"day": line.day, "at": f"{line.at:%H:%M}"}


def _plain_alert(alert: AlertDefinition) -> Document:
    said = {"severity": str(alert.severity)}
    usual = AlertDefinition(alert.text)
    further = {
        name: getattr(alert, name)
        for name in ("need_bad", "need_good", "clears")
        if getattr(alert, name) != getattr(usual, name)
    }
    return {**_plain_limit(alert), **said, **further}


def _plain_trigger(trigger: TriggerDefinition) -> Document:
    said: Document = {"mode": str(trigger.mode)}
    if trigger.countdown_seconds != DEFAULT_COUNTDOWN:
        said["countdown_seconds"] = trigger.countdown_seconds
    if trigger.decided_by is not None:
        said["decided_by"] = trigger.decided_by.key
    return {**_plain_limit(trigger), **said}


def _rule_limits(rule: RuleDefinition) -> Document:
    limits: Document = {}
    if rule.time_sensitive is not None:
        limits["time_sensitive"] = rule.time_sensitive
    if rule.asked_until is not None:
        limits["asked_until_hours"] = _seconds(rule.asked_until) // 3600
    if rule.holds_for != LONGEST_HOLD:
        limits["holds_for_days"] = rule.holds_for.days
    return limits


def _said(**named: Any) -> Document:
    """Without what says nothing."""
    return {name: one for name, one in named.items() if one not in ("", None, [], {}, False)}


def _plain_item(item: ItemDefinition, items: list[ItemDefinition]) -> Document:
    usual = DEFAULT_PHASE[Kind(item.kind)]
    due = (
        {"anchor": str(item.due_anchor), "offset_seconds": _seconds(item.due_offset)}
        if item.due_anchor and item.due_offset is not None
        else None
    )
    return {
        **_said(key=item.key, text=item.text),
        **_said(
            kind=str(item.kind) if item.kind != Kind.CHECK else None,
            phase=str(Phase(item.phase)) if item.phase != usual else None,
        ),
        **({} if item.required else {"required": False}),
        **_said(
            evidence_demanded=item.evidence_demanded,
            irreversible=item.irreversible,
            planned_minutes=item.planned_minutes,
            runs=item.runs,
            commands=item.commands,
            choices=item.choices,
            condition=item.condition,
            after=sorted(str(items[place].key) for place in item.after),
            owner_role=item.owner_role.key if item.owner_role else None,
            due=due,
        ),
    }


def _plain_gate(gate: GateDefinition) -> Document:
    schedule = gate.schedule or SCHEDULES[gate.kind]
    return {
        **_said(key=gate.key, title=gate.title),
        "kind": str(gate.kind),
        **_said(settings=dict(gate.settings), condition=gate.condition),
        "required": gate.required,
        **_said(machine_only=gate.machine_only, unwaivable=gate.unwaivable),
        **{f"{name}_seconds": _seconds(getattr(schedule, name)) for name in TIMES},
        **{name: getattr(schedule.limits, name) for name in LIMITS},
    }


def _plain_limit(one: LimitDefinition) -> Document:
    return {**_said(key=one.key), "text": one.text, **_said(condition=one.condition)}


def _roles(whole: Whole) -> dict[str, str]:
    named = [(one.role, one.role_title) for one in whole.rules]
    named += [(one.role, one.role_title) for one in whole.polled]
    named += [(one.key, one.title) for one in named_roles(whole)]
    return dict(sorted(named))


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
