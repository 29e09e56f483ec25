"""What the checklist says about readiness: required items of phase before that are still open."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.db.models.functions import JSONObject

from checklists.enums import CLOSED, ItemState, Phase
from checklists.models import Item
from deployments.blockers import Blocker, Findings
from deployments.models import Deployment


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    return {row["deployment_id"]: _findings(row) for row in _counted(deployments)}


def _counted(deployments: Sequence[Deployment]) -> Iterable[Any]:
    """One row a deployment: closed items as a number, open ones by name."""
    closed = Q(state__in=list(CLOSED))
    named = JSONObject(key="key", text="text", state="state")
    return (
        Item.objects.filter(deployment__in=deployments, phase=Phase.BEFORE, required=True)
        .order_by("deployment_id")
        .values("deployment_id")
        .annotate(
            total=Count("pk"),
            waiting=ArrayAgg(named, filter=~closed, order_by="position", default=[]),
        )
    )


def _findings(row: dict[str, Any]) -> Findings:
    waiting = [_blocker(**item) for item in row["waiting"]]
    return Findings(
        blockers=waiting,
        done=row["total"] - len(waiting),
        total=row["total"],
        summary=f"{len(waiting)} checklist items are open",
    )


def _blocker(key: str, text: str, state: str) -> Blocker:
    said = "failed" if state == ItemState.FAILED else "is not ticked"
    return Blocker(f"item:{key}", f"“{text}” {said}", "checklist")
