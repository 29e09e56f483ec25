"""What the checklist says about readiness: required items of phase before that are still open."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from checklists.enums import CLOSED, ItemState, Phase
from checklists.models import Item
from deployments.blockers import Blocker, Findings
from deployments.models import Deployment


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    rows = list(_counted(deployments))
    askers = {item["asked_by"] for row in rows for item in row["waiting"]} - {None}
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=askers)} if askers else {}
    return {row["deployment_id"]: _findings(row, names) for row in rows}


def _counted(deployments: Sequence[Deployment]) -> Iterable[Any]:
    """One row a deployment: closed items as a number, open ones by name."""
    closed = Q(state__in=list(CLOSED))
    named = JSONObject(
        key="key",
        text="text",
        state="state",
        choices="choices",
        asked="asked_state",
        asked_by="asked_by",
    )
    return (
        Item.objects.filter(deployment__in=deployments, phase=Phase.BEFORE, required=True)
        .order_by("deployment_id")
        .values("deployment_id")
        .annotate(
            total=Count("pk"),
            waiting=ArrayAgg(named, filter=~closed, order_by="position", default=[]),
        )
    )


def _findings(row: dict[str, Any], names: dict[int, str]) -> Findings:
    waiting = [_blocker(item, names) for item in row["waiting"]]
    return Findings(
        blockers=waiting,
        done=row["total"] - len(waiting),
        total=row["total"],
        summary=f"{len(waiting)} checklist items are open",
    )


def _blocker(item: dict[str, Any], names: dict[int, str]) -> Blocker:
    clause = f"“{item['text']}” {_clause(item, names)}"
    return Blocker(f"item:{item['key']}", clause, "checklist")


def _clause(item: dict[str, Any], names: dict[int, str]) -> str:
    if item["asked"]:
        asked = ItemState(item["asked"]).label.lower()
        return f"is asked to be {asked} by {names[item['asked_by']]}, needs a second person"
    if item["state"] == ItemState.FAILED:
        return "failed"
    return "has no choice made" if item["choices"] else "is not ticked"
