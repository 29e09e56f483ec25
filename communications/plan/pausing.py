"""Holding back whatever announces a deployment, and letting it go again."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from communications import policies
from communications.models import MessageHold
from communications.services import SWEEP
from deployments import clock, hints, history
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def hold_all(deployment_id: int, *, actor: User, reason: str) -> Event:
    """From now on no line of the plan and no correction leaves; what is due then waits.

    What is no longer of use when it is released is missed, as ever.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_hold(rights_of(actor, deployment.service), deployment))
    require(policies.refusal_without_reason(reason, "the messages are held back"))
    hold = MessageHold.objects.create(
        deployment=deployment, held_by=actor, held_at=clock.now(), reason=reason.strip()
    )
    return history.record(deployment, "messages held back", actor=actor, reason=hold.reason)


@transaction.atomic
def release_all(deployment_id: int, *, actor: User) -> Event:
    """What is due by now and still of use leaves at once."""
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_release(rights_of(actor, deployment.service), deployment))
    MessageHold.objects.filter(deployment=deployment).delete()
    hints.hint(SWEEP)
    return history.record(deployment, "messages released", actor=actor)
