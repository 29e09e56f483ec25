"""The definitions of a deployment, read back from its rows.

Never what people or machines said: no ticks, votes, samples, reasons or claims, and no lines.
"""

from dataclasses import replace

from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.parts import WRITTEN
from approvals.rollcall import is_held
from checklists.definitions import ItemDefinition, SectionDefinition
from communications import services as communications
from communications.definitions import PlanLine
from deployments import content
from deployments.models import Deployment
from gates.definitions import GateDefinition
from gates.parts import GATES
from intake.whole import Whole
from monitoring.definitions import (
    AlertDefinition,
    TargetDefinition,
    TriggerDefinition,
    WidgetDefinition,
)
from monitoring.models import Watch


def whole_of(origin: Deployment) -> Whole:
    """All that defines it; the caller holds its lock, or can do with what is stored by now."""
    sections, items = checklist(origin)
    watch = Watch.objects.filter(deployment=origin).first()
    return Whole(
        facts=content.facts(origin),
        sections=sections,
        items=items,
        gates=gates(origin),
        rules=rules(origin),
        polled=polled(origin),
        poll=None if is_held(origin) else False,
        targets=[
            TargetDefinition(one.text, one.condition, key=one.key)
            for one in origin.targets.order_by("position")
        ],
        alerts=[
            AlertDefinition(
                one.text,
                one.condition,
                one.severity,
                key=one.key,
                need_bad=one.need_bad,
                need_good=one.need_good,
                clears=one.clears,
            )
            for one in origin.alertrules.order_by("position")
        ],
        triggers=[
            TriggerDefinition(
                one.text,
                one.condition,
                one.mode,
                key=one.key,
                countdown_seconds=one.countdown_seconds,
                decided_by=one.decided_by,
            )
            for one in origin.triggers.select_related("decided_by").order_by("position")
        ],
        widgets=[
            WidgetDefinition(one.title, one.series) for one in origin.widgets.order_by("position")
        ],
        watch=watch.length if watch else None,
        messages=messages(origin),
    )


def checklist(origin: Deployment) -> tuple[list[SectionDefinition], list[ItemDefinition]]:
    sections = list(origin.sections.order_by("position"))
    items = list(
        origin.items.filter(ad_hoc=False)
        .select_related("owner", "owner_role")
        .prefetch_related("predecessors")
        .order_by("position")
    )
    section_places = {section.pk: place for place, section in enumerate(sections)}
    item_places = {item.pk: place for place, item in enumerate(items)}
    return [SectionDefinition(section.path) for section in sections], [
        ItemDefinition(
            section=section_places[item.section_id],
            kind=item.kind,
            phase=item.phase,
            text=item.text,
            required=item.required,
            commands=item.commands,
            after=sorted(
                item_places[before.pk]
                for before in item.predecessors.all()
                if before.pk in item_places
            ),
            runs=item.runs,
            key=item.key,
            evidence_demanded=item.evidence_demanded,
            irreversible=item.irreversible,
            planned_minutes=item.planned_minutes,
            choices=item.choices,
            condition=item.condition,
            owner=item.owner if item.owner and item.owner.is_active else None,
            owner_role=item.owner_role,
            due_anchor=item.due_anchor,
            due_offset=item.due_offset,
        )
        for item in items
    ]


def gates(origin: Deployment) -> list[GateDefinition]:
    return [replace(GATES.plan_of(gate), key=gate.key) for gate in GATES.rows(origin)]


def rules(origin: Deployment) -> list[RuleDefinition]:
    return [
        RuleDefinition(
            rule.role.key,
            rule.role.title,
            key=rule.key,
            **{name: getattr(rule, name) for name in WRITTEN},
        )
        for rule in origin.rules.select_related("role").order_by("position")
    ]


def polled(origin: Deployment) -> list[PolledDefinition]:
    return [
        PolledDefinition(one.role.key, one.role.title, one.purpose)
        for one in origin.polled_roles.select_related("role").order_by("pk")
    ]


def messages(origin: Deployment) -> list[PlanLine]:
    return [communications.said_by(one) for one in origin.message_plan.order_by("position")]
