"""What machines may ask: deployments, how ready they are, their gates and their votes."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router

from api.callers import deployments_of, readable, refuse_unknown, require_read
from api.schemas import (
    LARGEST,
    READ_PROBLEMS,
    DeploymentOut,
    DeploymentsOut,
    GateOut,
    ReadinessOut,
    VoteOut,
)
from approvals.models import Vote
from approvals.places import placed
from approvals.signoff import standings
from approvals.verdict import Outlook, outlook, outlooks
from deployments.blockers import Blocker
from deployments.enums import State
from deployments.models import Deployment
from gates.models import Gate, GateRun

MOST = 100
FACTS = ("id", "package", "branch", "commit", "digest", "t0", "zone", "content_hash")

router = Router()


@router.get("", response={200: DeploymentsOut, **READ_PROBLEMS}, summary="Deployments")
def deployments(
    request: HttpRequest,
    state: Annotated[list[State], Query(description="Only these; several may be named.")] = [],  # noqa: B006 - ninja reads it and nothing changes it
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="Only those begun before this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 25,
) -> dict[str, Any]:
    """The newest first; `next` is the address of the ones before them, null at the end."""
    require_read(request)
    refuse_unknown(request, "state", "before", "limit")
    wanted = deployments_of(request).order_by("-pk")
    if state:
        wanted = wanted.filter(state__in=state)
    if before is not None:
        wanted = wanted.filter(pk__lt=before)
    found = list(wanted[: limit + 1])
    shown, further = found[:limit], found[limit:]
    said = outlooks(shown)
    return {
        "deployments": [_told(one, said[one.pk]) for one in shown],
        "next": _next(state, limit, shown[-1].pk) if further else None,
    }


def _next(state: list[State], limit: int, before: int) -> str:
    asked = {"state": [one.value for one in state], "limit": limit, "before": before}
    return f"{settings.PORTAL_URL}{reverse('api:deployments')}?{urlencode(asked, doseq=True)}"


@router.get("/{int:pk}", response={200: DeploymentOut, **READ_PROBLEMS}, summary="A deployment")
def deployment(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = readable(request, pk)
    return _told(found, outlook(found))


@router.get(
    "/{int:pk}/readiness",
    response={200: ReadinessOut, **READ_PROBLEMS},
    summary="How ready it is",
)
def readiness(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = readable(request, pk)
    return _ready(found, outlook(found))


def _told(found: Deployment, standing: Outlook) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in FACTS},
        "url": f"{settings.PORTAL_URL}{found.get_absolute_url()}",
        "service": found.service.key,
        "environment": found.environment.key,
        **_ready(found, standing),
    }


def _ready(found: Deployment, standing: Outlook) -> dict[str, Any]:
    verdict = standing.readiness
    return {
        "sentence": standing.sentence,
        "state": found.state,
        "ready": verdict.is_ready if verdict else None,
        "percent": verdict.percent if verdict else None,
        "blockers": _obstacles(verdict.blockers if verdict else [], found),
        "warnings": _obstacles(verdict.warnings if verdict else [], found),
    }


def _obstacles(blockers: Sequence[Blocker], found: Deployment) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "clause": one.clause,
            "since": one.since,
            "url": f"{settings.PORTAL_URL}{one.link}",
        }
        for one in placed(blockers, found)
    ]


@router.get("/{int:pk}/gates", response={200: list[GateOut], **READ_PROBLEMS}, summary="Its gates")
def gates(request: HttpRequest, pk: int) -> list[Gate]:
    found = readable(request, pk)
    every = list(found.gates.as_of_now().select_related("last_sample").order_by("position"))
    return _with_last_runs(every)


@router.get(
    "/{int:pk}/gates/{slug:key}", response={200: GateOut, **READ_PROBLEMS}, summary="A gate"
)
def gate(request: HttpRequest, pk: int, key: str) -> Gate:
    found = readable(request, pk)
    present = found.gates.as_of_now().select_related("last_sample")
    return _with_last_runs([get_object_or_404(present, key=key)])[0]


def _with_last_runs(gates: list[Gate]) -> list[Gate]:
    """Each gate's newest run, in one query however many there are."""
    runs = GateRun.objects.filter(gate__in=gates).order_by("gate_id", "-number").distinct("gate_id")
    newest = {run.gate_id: run for run in runs}
    for one in gates:
        one.last_run = newest.get(one.pk)  # type: ignore[attr-defined]
    return gates


@router.get("/{int:pk}/votes", response={200: list[VoteOut], **READ_PROBLEMS}, summary="Its votes")
def votes(request: HttpRequest, pk: int) -> list[Vote]:
    """Every word that was given under a rule, the newest last; later ones replace earlier ones."""
    found = readable(request, pk)
    counting = {vote.pk for rule in standings(found) for vote in rule.current}
    said = list(found.votes.select_related("rule__role").order_by("pk"))
    for vote in said:
        vote.counts = vote.pk in counting  # type: ignore[attr-defined]
    return said
