"""The checklist and the runbook as every viewer sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from checklists.enums import Kind
from checklists.models import Item, Section
from checklists.policies import refusal_by_order, refusal_by_phase
from deployments.models import Deployment


@dataclass
class Group:
    """A section with those of its items that the panel shows."""

    section: Section
    items: list[Row] = field(default_factory=list)

    @property
    def refusal(self) -> str:
        """The one sentence for a group in which nobody may tick anything now."""
        return self.items[0].closed_by_phase if self.items else ""

    @property
    def done(self) -> int:
        return sum(row.item.is_closed for row in self.items)


@dataclass(frozen=True)
class Row:
    """An item with the sentences why nobody may tick it now, if so."""

    item: Item
    closed_by_phase: str
    waits: str


def checklist_panel(deployment: Deployment) -> dict[str, Any]:
    """Items ticked by hand before and after the deployment, by section; two queries."""
    return {"groups": _groups(deployment, [Kind.CHECK, Kind.CRITERION])}


def runbook_panel(deployment: Deployment) -> dict[str, Any]:
    """Steps of the day in order and the way back; three queries."""
    rows = _groups(deployment, [Kind.STEP, Kind.ROLLBACK_STEP])
    forward = [group for group in rows if group.items[0].item.kind == Kind.STEP]
    steps = [row.item for group in forward for row in group.items]
    return {
        "groups": forward,
        "way_back": [group for group in rows if group.items[0].item.kind == Kind.ROLLBACK_STEP],
        "current": next((step for step in steps if not step.is_closed), None),
        "done": sum(step.is_closed for step in steps),
        "total": len(steps),
    }


def _groups(deployment: Deployment, kinds: list[Kind]) -> list[Group]:
    items = (
        deployment.items.filter(kind__in=kinds)
        .select_related("section", "state_by")
        .prefetch_related("predecessors")
        .order_by("position")
    )
    groups: dict[int, Group] = {}
    for item in items:
        group = groups.setdefault(item.section_id, Group(item.section))
        group.items.append(_row(item, deployment))
    return list(groups.values())


def _row(item: Item, deployment: Deployment) -> Row:
    by_phase = refusal_by_phase(item.phase, deployment.state)
    by_order = None if item.is_closed else refusal_by_order(item)
    return Row(
        item,
        by_phase.sentence if by_phase else "",
        by_order.sentence if by_order and not by_phase else "",
    )
