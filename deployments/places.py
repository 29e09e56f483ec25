"""One deployment at a time holds a place: a service in an environment, and how it was left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from deployments.enums import FINAL, HOLDS_ENVIRONMENT, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from statements import built_once


def refusal_while_occupied(deployment: Deployment) -> Refused | None:
    holder = (
        Deployment.objects.filter(
            service=deployment.service_id,
            environment=deployment.environment_id,
            state__in=sorted(HOLDS_ENVIRONMENT),
        )
        .exclude(pk=deployment.pk)
        .first()
    )
    if holder is None:
        return None
    return Refused(
        f"{deployment.environment} is held by deployment #{holder.pk} ({holder.package}), which is "
        f"{holder.get_state_display().lower()}."
    )


def left_as_it_is() -> Q:
    """Stopped ones after which nothing was completed in their place."""
    later = Deployment.objects.filter(
        service=OuterRef("service"),
        environment=OuterRef("environment"),
        completed_at__gt=OuterRef("ended_at"),
    )
    return Q(~Exists(later), state=State.STOPPED)


@dataclass(frozen=True)
class Around:
    """Those that this one takes the place of, the stopped one that left its place as it is, and
    what takes the place of this one.
    """

    replaced: list[Deployment]
    left_by: Deployment | None = None
    successor: Deployment | None = None


def around(deployment: Deployment) -> Around:
    """One query; whoever completed or is over shows no longer how another one left the place."""
    others = _around(
        deployment.pk, deployment.successor_id, deployment.service_id, deployment.environment_id
    )
    stopped = [one for one in others if one.state == State.STOPPED]
    shows = bool(stopped) and deployment.state not in FINAL and deployment.completed_at is None
    return Around(
        [one for one in others if one.successor_id == deployment.pk],
        max(stopped, key=lambda one: (one.ended_at, one.pk)) if shows else None,
        next((one for one in others if one.pk == deployment.successor_id), None),
    )


@built_once
def _around(
    pk: int, successor: int | None, service: int, environment: int
) -> QuerySet[Deployment, Any]:
    there = Q(left_as_it_is(), service=service, environment=environment)
    found = Deployment.objects.filter(Q(successor=pk) | Q(pk=successor) | there).exclude(pk=pk)
    return found.select_related("environment").order_by("pk")


def later_start(deployment: Deployment) -> Deployment | None:
    """The newest deployment that was started at the same place after this one, if there is any.

    What this one planned for its way back was not signed for what that one changed.
    """
    if deployment.started_at is None:
        return None
    later = Deployment.objects.filter(
        service=deployment.service_id,
        environment=deployment.environment_id,
        started_at__gt=deployment.started_at,
    )
    return later.order_by("-started_at", "-pk").first()
