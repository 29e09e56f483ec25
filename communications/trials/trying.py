"""Asking for a test copy; a worker sends it, and it counts as told to nobody."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from communications import policies
from communications.models import Message, MessagePlan, Trial
from communications.services import SWEEP
from deployments import clock, hints
from deployments.exceptions import Invalid, Refused, require
from deployments.models import Deployment
from deployments.policies import rights_of

MOST_IN_AN_HOUR = 20


@transaction.atomic
def send_to_me(
    deployment_id: int, *, actor: User, plan_id: int | None = None, message_id: int | None = None,
    is_technical: bool = False,
) -> Trial:  # fmt: skip
    """A copy as it would leave now, to the address of whoever asks; no event, nobody is told."""
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_handle(rights_of(actor, deployment.service)))
    if not actor.email:
        raise Invalid("Your account has no mail address; an administrator can add one.")
    now = clock.now()
    if Trial.objects.filter(user=actor, asked_at__gt=now - timedelta(hours=1)).count() >= (
        MOST_IN_AN_HOUR
    ):
        raise Refused(f"You had {MOST_IN_AN_HOUR} test copies within the hour; wait a while.")
    plan = MessagePlan.objects.get(deployment=deployment, pk=plan_id) if plan_id else None
    message = Message.objects.get(deployment=deployment, pk=message_id) if message_id else None
    trial = Trial.objects.create(
        plan=None if message else plan,
        message=message,
        user=actor,
        address=actor.email,
        is_technical=is_technical,
        asked_at=now,
    )
    hints.hint(SWEEP)
    return trial


def last_of(actor: User, *, plan: MessagePlan | None, message: Message | None) -> Trial | None:
    """The last test copy that this person asked for here."""
    trials = Trial.objects.filter(user=actor)
    return trials.filter(message=message).first() if message else trials.filter(plan=plan).first()
