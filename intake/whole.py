"""All that defines a deployment, in each app's own definitions: every way in leads through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from django.utils.text import slugify

from accounts.models import Role
from approvals import services as approvals
from approvals.definitions import PolledDefinition, RuleDefinition
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from communications import services as communications
from communications.definitions import PlanLine
from deployments.keys import LONGEST_STEM, kept_keys
from deployments.models import Deployment
from gates import services as gates
from gates.definitions import GateDefinition
from intake import definitions
from intake.reading import Reading
from monitoring import services as monitoring
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)

Keyed = TypeVar(
    "Keyed",
    ItemDefinition,
    GateDefinition,
    RuleDefinition,
    TargetDefinition,
    AlertDefinition,
    TriggerDefinition,
)


@dataclass(frozen=True)
class Whole:
    """What stands in a deployment's plan, without its time and without what was said about it.

    `facts` are package, branch, commit, digest, service and environment, as far as they are named.
    An item's `owner_role` need not have a row yet. `poll` None: nothing is said about it.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    sections: list[SectionDefinition] = field(default_factory=list)
    items: list[ItemDefinition] = field(default_factory=list)
    gates: list[GateDefinition] = field(default_factory=list)
    rules: list[RuleDefinition] = field(default_factory=list)
    polled: list[PolledDefinition] = field(default_factory=list)
    poll: bool | None = None
    targets: list[TargetDefinition] = field(default_factory=list)
    alerts: list[AlertDefinition] = field(default_factory=list)
    triggers: list[TriggerDefinition] = field(default_factory=list)
    widgets: list[WidgetDefinition] = field(default_factory=list)
    watch: timedelta | None = None
    messages: list[PlanLine] = field(default_factory=list)


def of_reading(reading: Reading) -> Whole:
    """What a Markdown document says; of a fact that stands in it twice, the first counts."""
    checklist = definitions.checklist(reading)
    return Whole(
        facts={fact.key: fact.value for fact in reversed(reading.facts)},
        sections=checklist.sections,
        items=checklist.items,
        gates=[
            replace(one, key=slugify(one.key or one.title)[:LONGEST_STEM] or None)
            for one in definitions.gates(reading)
        ],
        rules=definitions.rules(reading),
        polled=definitions.polled(reading),
        targets=definitions.targets(reading),
        alerts=definitions.alerts(reading),
        triggers=definitions.triggers(reading),
        widgets=definitions.widgets(reading),
        watch=definitions.watch_length(reading),
        messages=definitions.messages(reading),
    )


def write(deployment: Deployment, whole: Whole) -> None:
    """Hand every app its part; the caller holds the lock and refreshes the content afterwards."""
    whole = with_roles(whole)
    checklists.define(deployment, whole.sections, whole.items)
    gates.define_gates(deployment, whole.gates)
    approvals.define(deployment, whole.rules, whole.polled, poll=whole.poll)
    monitoring.define(
        deployment,
        targets=whole.targets,
        alerts=whole.alerts,
        triggers=whole.triggers,
        widgets=whole.widgets,
        length=whole.watch,
    )
    communications.define_plan(deployment, whole.messages)


def rewrite(deployment: Deployment, whole: Whole) -> None:
    """Make every app's part what `whole` says, by key; else like `write`."""
    whole = with_roles(whole)
    checklists.redefine_checklist(deployment, whole.sections, whole.items)
    gates.redefine_gates(deployment, whole.gates)
    approvals.redefine_rules(deployment, whole.rules, whole.polled, poll=whole.poll)
    monitoring.redefine_watch(
        deployment,
        targets=whole.targets,
        alerts=whole.alerts,
        triggers=whole.triggers,
        widgets=whole.widgets,
        length=whole.watch,
    )
    communications.redefine_plan(deployment, whole.messages)


def with_roles(whole: Whole) -> Whole:
    """Roles that a document names for the first time are kept by their name."""
    roles = {one.key: approvals.role_called(one.key, one.title) for one in named_roles(whole)}
    return replace(
        whole,
        items=[
            replace(one, owner_role=roles[one.owner_role.key]) if one.owner_role else one
            for one in whole.items
        ],
        triggers=[
            replace(one, decided_by=roles[one.decided_by.key]) if one.decided_by else one
            for one in whole.triggers
        ],
    )


def named_roles(whole: Whole) -> list[Role]:
    """Of owners and of deciders, each once; rules and polls name theirs by key."""
    found = [one.owner_role for one in whole.items] + [one.decided_by for one in whole.triggers]
    return list({one.key: one for one in found if one}.values())


def with_keys(whole: Whole) -> Whole:
    """Every definition with the key that it would be given when it is written."""
    return replace(
        whole,
        items=_keyed(whole.items, [one.text for one in whole.items]),
        gates=_keyed(whole.gates, [one.title for one in whole.gates]),
        rules=_keyed(whole.rules, [one.role for one in whole.rules]),
        targets=_keyed(whole.targets, [one.text for one in whole.targets]),
        alerts=_keyed(whole.alerts, [one.text for one in whole.alerts]),
        triggers=_keyed(whole.triggers, [one.text for one in whole.triggers]),
    )


def _keyed(definitions: list[Keyed], titles: list[str]) -> list[Keyed]:
    keys = kept_keys([one.key for one in definitions], titles)
    return [replace(one, key=key) for one, key in zip(definitions, keys, strict=True)]
