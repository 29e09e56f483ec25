"""What the checklist says about readiness: required items of phase before that are still open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject

from accounts.naming import called
from checklists.enums import CLOSED, ItemState, Phase
from checklists.models import Item
from deployments.blockers import Blocker, Findings, Page, Waits
from deployments.models import Deployment
from statements import AnyOf, built_once

ANYBODY = "any member of this service"


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    asked = {one.pk: one.submitted_at for one in deployments}
    rows = _counted(list(asked))
    return {row["deployment_id"]: _findings(row, asked[row["deployment_id"]]) for row in rows}


@built_once
def _counted(deployments: list[int]) -> QuerySet[Item, Any]:
    """One row a deployment: closed items as a number, open ones by name."""
    closed = Q(state__in=list(CLOSED))
    named = JSONObject(
        pk="pk",
        key="key",
        text="text",
        state="state",
        state_at="state_at",
        choices="choices",
        owner=Coalesce(called("owner"), "owner_role__title"),
        asked="asked_state",
        asked_by=called("asked_by"),
        asked_at="asked_at",
    )
    return (
        Item.objects.filter(AnyOf("deployment", deployments), phase=Phase.BEFORE, required=True)
        .order_by("deployment_id")
        .values("deployment_id")
        .annotate(
            total=Count("pk"),
            waiting=ArrayAgg(named, filter=~closed, order_by="position", default=[]),
        )
    )


def _findings(row: dict[str, Any], asked_at: datetime | None) -> Findings:
    waiting = [_blocker(item, row["deployment_id"], asked_at) for item in row["waiting"]]
    return Findings(
        blockers=waiting,
        done=row["total"] - len(waiting),
        total=row["total"],
        summary=f"{len(waiting)} checklist items are open",
    )


def _blocker(item: dict[str, Any], deployment: int, asked_at: datetime | None) -> Blocker:
    """Since it became so, else since the review was asked for; from its owner, if it has one."""
    said = item["asked_at"] or item["state_at"]
    return Blocker(
        f"item:{item['key']}",
        f"“{item['text']}” {_clause(item)}",
        "checklist",
        since=datetime.fromisoformat(said) if said else asked_at,
        waits=_waits(item),
        page=Page("checklists:item", (deployment, item["pk"])),
    )


def _waits(item: dict[str, Any]) -> Waits:
    if item["asked"]:
        return Waits("May agree or decline", [f"anybody but {item['asked_by']}"], None, "")
    return Waits("Waits for", [item["owner"] or ANYBODY], None, "")


def _clause(item: dict[str, Any]) -> str:
    if item["asked"]:
        asked = ItemState(item["asked"]).label.lower()
        return f"is asked to be {asked} by {item['asked_by']}, needs a second person"
    if item["state"] == ItemState.FAILED:
        return "failed"
    return "has no choice made" if item["choices"] else "is not ticked"
