"""The plan that every seeded deployment follows: made once through the services, then copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from approvals import services as approvals
from approvals.definitions import RuleDefinition
from approvals.dossier import freeze
from approvals.models import Rule
from approvals.rollcall import roll_call
from approvals.verdict import readiness
from checklists import services as checklists
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.models import Item, Section
from deployments import clock, content, services
from deployments.models import Deployment
from gates.definitions import GateDefinition
from gates.models import Gate
from gates.services import define_gates
from intake.seeding.copying import Row, plain
from intake.seeding.places import ROLES, TITLES, Place

SECTIONS = ("Preparation", "Execution", "Afterwards")
BEFORE = (
    "The database is backed up and the backup was read back", "Certificates are valid for 30 days",
    "The change is announced to support", "Feature flags are off", "The rollback was rehearsed",
    "Dashboards show the new version", "Licences are counted", "On-call knows the plan",
)  # fmt: skip
DURING = ("Drain the nodes", "Deploy the package", "Migrate the schema", "Take traffic again")
AFTER = ("Error rate stays below one percent",)
GATES = ("Unit tests", "Load test", "Vulnerability scan", "Smoke test in staging")


@dataclass(frozen=True)
class Pattern:
    """The rows of one deployment, and what was signed and decided about it as plain data."""

    deployment: Deployment
    sections: list[Section]
    items: list[Item]
    gates: list[Gate]
    rules: list[Rule]
    content: dict[str, Any]
    dossier: dict[str, Any]
    predecessors: list[tuple[int, int]]
    plain: dict[tuple[int, type[models.Model]], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in (*self.sections, *self.items, *self.gates, *self.rules):
            self.plain[row.pk, type(row)] = plain(row)


def pattern(place: Place) -> Pattern:
    with transaction.atomic():
        made = services.create_deployment(
            place.service, place.environment, package="The pattern of what was seeded",
            requester=place.manager, branch="main",
        )  # fmt: skip
        checklists.define(made, [SectionDefinition([title]) for title in SECTIONS], _items())
        define_gates(made, [GateDefinition(title) for title in GATES])
        signing = zip(ROLES, TITLES, strict=True)
        rules = [RuleDefinition(key, title, f"{title} agrees to the release")
                 for key, title in signing]  # fmt: skip
        approvals.define(made, rules, [])
        content.refresh(made, place.manager)
    now = clock.now()
    return Pattern(
        made,
        list(made.sections.order_by("position")),
        list(made.items.order_by("position")),
        list(made.gates.order_by("position")),
        list(made.rules.select_related("role").order_by("position")),
        content.collect(made),
        freeze(made, readiness(made), roll_call(made, now)),
        list(
            Item.predecessors.through.objects.filter(from_item__deployment=made).values_list(
                "from_item_id", "to_item_id"
            )
        ),
    )


def _items() -> list[ItemDefinition]:
    first = len(BEFORE)
    return [
        *(ItemDefinition(0, "check", "before", text) for text in BEFORE),
        *(
            ItemDefinition(1, "step", "during", text, after=[first + place - 1] if place else [])
            for place, text in enumerate(DURING)
        ),
        *(ItemDefinition(2, "criterion", "after", text) for text in AFTER),
    ]
