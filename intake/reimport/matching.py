"""A document's definitions under the keys of those in the plan that they correspond to.

What Markdown cannot say stays as it was set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from approvals.definitions import RuleDefinition
from checklists.definitions import ItemDefinition, SectionDefinition
from deployments.keys import kept_keys
from gates.definitions import GateDefinition
from intake.reimport.partners import Identity, partners
from intake.reimport.staying import checklist_with_staying, with_staying
from intake.whole import Whole
from monitoring.definitions import AlertDefinition, TargetDefinition, TriggerDefinition

# A deployment stays that of its service and environment; what it ships may be named anew.
SHIPPED = ("package", "branch", "commit", "digest")
Limit = TypeVar("Limit", TargetDefinition, AlertDefinition, TriggerDefinition)
Definition = TypeVar("Definition", bound=Any)


# Keys of what was added in the portal and never stood in a document, by part.
ByHand = Mapping[str, Collection[str]]


def matched(old: Whole, new: Whole, *, from_markdown: bool, by_hand: ByHand) -> Whole:
    """The new plan, with old keys where something stayed; `from_markdown` keeps hand settings.

    A document without messages, length of watch or a fact leaves those of the deployment, and
    what is `by_hand` stays though the document does not say it.
    """
    named = {name: new.facts[name] for name in SHIPPED if new.facts.get(name)}
    sections, items = _checklist(
        old, new, from_markdown=from_markdown, by_hand=by_hand.get("items", ())
    )
    plan = replace(
        new,
        facts={**old.facts, **named},
        sections=sections,
        items=items,
        gates=_gates(old.gates, new.gates, from_markdown=from_markdown),
        rules=_rules(old.rules, new.rules, from_markdown=from_markdown),
        targets=_limits(old.targets, new.targets),
        alerts=_limits(old.alerts, new.alerts),
        triggers=_triggers(old.triggers, new.triggers, from_markdown=from_markdown),
        messages=new.messages or old.messages,
        watch=old.watch if new.watch is None else new.watch,
    )
    staying: dict[str, Any] = {
        name: with_staying(getattr(plan, name), getattr(old, name), by_hand.get(name, ()))
        for name in ("gates", "rules", "targets", "alerts", "triggers")
    }
    return replace(plan, **staying)


def _checklist(
    old: Whole, new: Whole, *, from_markdown: bool, by_hand: Collection[str]
) -> tuple[list[SectionDefinition], list[ItemDefinition]]:
    """Items know their section by number only, so each goes with the path of its section."""
    before = [(one, tuple(old.sections[one.section].path)) for one in old.items]
    after = [(one, tuple(new.sections[one.section].path)) for one in new.items]
    found = partners(
        before,
        after,
        [
            lambda one: one[0].key,
            lambda one: (one[0].kind, one[0].text, one[1]),
            lambda one: (one[0].kind, one[0].text),
        ],
        words=lambda one: one[0].text,
        among=[lambda one: (one[0].kind, one[1]), lambda one: one[0].kind],
    )
    keyed = _keyed(
        old.items, new.items, found, lambda one: one.text, _item_kept if from_markdown else None
    )
    return checklist_with_staying(replace(new, items=keyed), old, by_hand)


def _item_kept(old: ItemDefinition, new: ItemDefinition) -> ItemDefinition:
    kept = replace(
        new,
        evidence_demanded=old.evidence_demanded,
        irreversible=old.irreversible,
        planned_minutes=old.planned_minutes,
        runs=old.runs,
        condition=new.condition or (old.condition if old.text == new.text else ""),
    )
    return replace(kept, owner=old.owner, owner_role=None) if old.owner else kept


def _gates(
    old: Sequence[GateDefinition], new: Sequence[GateDefinition], *, from_markdown: bool
) -> list[GateDefinition]:
    same: list[Identity[GateDefinition]] = [lambda one: one.key, lambda one: one.title]
    found = partners(
        old, new, same, words=lambda one: one.title, among=[lambda one: "gate"]
    )  # fmt: skip
    return _keyed(old, new, found, lambda one: one.title, _gate_kept if from_markdown else None)


def _gate_kept(old: GateDefinition, new: GateDefinition) -> GateDefinition:
    return replace(
        new,
        kind=old.kind,
        settings=old.settings,
        schedule=old.schedule,
        machine_only=old.machine_only,
        unwaivable=old.unwaivable,
    )


def _rules(
    old: Sequence[RuleDefinition], new: Sequence[RuleDefinition], *, from_markdown: bool
) -> list[RuleDefinition]:
    found = partners(
        old,
        new,
        [
            lambda one: one.key,
            lambda one: (one.role, one.order_group, one.statement),
            lambda one: (one.role, one.statement),
            lambda one: one.role,
        ],
    )
    return _keyed(old, new, found, lambda one: one.role, _rule_kept if from_markdown else None)


def _rule_kept(old: RuleDefinition, new: RuleDefinition) -> RuleDefinition:
    return replace(new, count=old.count, order_group=old.order_group)


def _triggers(
    old: Sequence[TriggerDefinition], new: Sequence[TriggerDefinition], *, from_markdown: bool
) -> list[TriggerDefinition]:
    return _limits(old, new, _trigger_kept if from_markdown else None)


def _trigger_kept(old: TriggerDefinition, new: TriggerDefinition) -> TriggerDefinition:
    return replace(new, mode=old.mode, decided_by=new.decided_by or old.decided_by)


def _limits(
    old: Sequence[Limit],
    new: Sequence[Limit],
    kept: Callable[[Limit, Limit], Limit] | None = None,
) -> list[Limit]:
    same: list[Identity[Limit]] = [
        lambda one: one.key,
        lambda one: (one.text, one.condition),
        lambda one: one.text,
    ]
    found = partners(old, new, same, words=lambda one: one.text, among=[lambda one: "limit"])
    return _keyed(old, new, found, lambda one: one.text, kept)


def _keyed(
    old: Sequence[Definition],
    new: Sequence[Definition],
    found: Sequence[int | None],
    title: Callable[[Definition], str],
    kept: Callable[[Definition, Definition], Definition] | None,
) -> list[Definition]:
    """Old keys for those that are found, and keys that nobody had for the others."""
    others = [one for one, at in zip(new, found, strict=True) if at is None]
    fresh = iter(
        kept_keys(
            [one.key for one in others], [title(one) for one in others], [one.key for one in old]
        )
    )
    keyed = []
    for one, at in zip(new, found, strict=True):
        if at is None:
            keyed.append(replace(one, key=next(fresh)))
        else:
            same = kept(old[at], one) if kept else one
            keyed.append(replace(same, key=old[at].key))
    return keyed
