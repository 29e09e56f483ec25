"""One deployment at a time holds a place: a service in an environment, and how it was left."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from deployments.enums import FINAL, HOLDS_ENVIRONMENT, State
from deployments.exceptions import Refused
from deployments.models import Deployment


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


def left_by(deployment: Deployment) -> Deployment | None:
    """The stopped deployment that left this one's place as it is now; the newest of several."""
    if deployment.state in FINAL or deployment.completed_at:
        return None
    stopped = Deployment.objects.filter(
        left_as_it_is(), service=deployment.service_id, environment=deployment.environment_id
    )
    return stopped.exclude(pk=deployment.pk).order_by("-ended_at", "-pk").first()


def gone_there_since(deployment: Deployment) -> Deployment | None:
    """A later deployment that went to the same place after this one was completed."""
    if deployment.completed_at is None:
        return None
    there = Deployment.objects.filter(
        service=deployment.service_id,
        environment=deployment.environment_id,
        started_at__gt=deployment.completed_at,
    )
    return there.exclude(pk=deployment.pk).order_by("-started_at").first()
