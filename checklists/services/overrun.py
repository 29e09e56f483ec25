"""A day that will end behind its window is said once, as soon as it can be foreseen."""

from __future__ import annotations

from django.db import transaction

from checklists.timing import of_the_day
from deployments import clock, history
from deployments.enums import State
from deployments.models import Deployment, Event

VERB = "overrun foreseen"


@transaction.atomic
def foresee_overrun(deployment_id: int) -> Event | None:
    """Record it if it is so and has not been said of this deployment."""
    deployment = Deployment.objects.lock(deployment_id)
    if deployment.state != State.IN_PROGRESS or deployment.window_end is None:
        return None
    now = clock.now()
    found = of_the_day(deployment, now)
    if found.end is None or not found.overrun(deployment.window_end):
        return None
    if deployment.events.filter(verb=VERB).exists():
        return None
    return history.record(
        deployment,
        VERB,
        actor=None,
        after={"end": found.end.isoformat(), "window_end": deployment.window_end.isoformat()},
        at=now,
    )
