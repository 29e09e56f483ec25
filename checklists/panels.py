"""The checklist and the runbook as every viewer sees them, and the page of one item."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from checklists.enums import EvidenceKind, Kind
from checklists.forms import EvidenceForm
from checklists.models import Item, Section
from checklists.policies import (
    refusal_by_evidence,
    refusal_by_order,
    refusal_by_phase,
    refusal_to_add_evidence,
)
from deployments.models import Deployment
from deployments.policies import Rights


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
    """An item, the sentences why nobody may tick it now, if so, and how much evidence it has."""

    item: Item
    closed_by_phase: str
    waits: str
    evidence: int


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
        .annotate(evidence_count=Count("evidence"))
        .order_by("position")
    )
    groups: dict[int, Group] = {}
    for item in items:
        group = groups.setdefault(item.section_id, Group(item.section))
        group.items.append(_row(item, deployment, item.evidence_count))
    return list(groups.values())


def _row(item: Item, deployment: Deployment, evidence: int) -> Row:
    by_phase = refusal_by_phase(item.phase, deployment.state)
    waits = None
    if not by_phase and not item.is_closed:
        waits = refusal_by_order(item) or refusal_by_evidence(item, has_any=evidence > 0)
    return Row(
        item,
        by_phase.sentence if by_phase else "",
        waits.sentence if waits else "",
        evidence,
    )


def item_page(item: Item, rights: Rights, form: EvidenceForm) -> dict[str, Any]:
    """One item, all evidence for it with who and when, and the form for one kind of it."""
    return {
        "item": item,
        "deployment": item.deployment,
        "tab": "runbook" if item.is_step else "checklist",
        "evidence": list(item.evidence.select_related("added_by").order_by("pk")),
        "refusal": refusal_to_add_evidence(rights, item, item.deployment),
        "form": form,
        "kinds": list(EvidenceKind),
    }
