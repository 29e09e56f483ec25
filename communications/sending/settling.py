"""What a person knows of a copy and the portal does not: that it arrived, or has to go again."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.models import User
from communications import policies
from communications.enums import DeliveryState
from communications.models import Delivery
from communications.sending import copy_policies
from communications.sending.judging import fate
from communications.services import SWEEP
from communications.whom import audience
from communications.writing import identity
from deployments import clock, hints, history
from deployments.exceptions import Invalid, Refused, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def arrived(deployment_id: int, copy_id: int, *, actor: User) -> Event:
    """The recipient has the copy of which nobody knew; from then on they count as told."""
    deployment = Deployment.objects.lock(deployment_id)
    copy = _copy(deployment, copy_id)
    require(copy_policies.refusal_to_settle(rights_of(actor, deployment.service), copy))
    was, copy.state, copy.sent_at = copy.state, DeliveryState.SENT, clock.now()
    _save(copy, "sent_at")
    return _record(deployment, copy, "copy arrived", actor, was)


@transaction.atomic
def send_again(deployment_id: int, copy_id: int, *, actor: User, address: str = "") -> Event:
    """Let a copy leave once more: to the account's address of now, or to the one that is given.

    To the same address it bears the same Message-ID, so that a mailbox can tell a double.
    """
    deployment = Deployment.objects.lock(deployment_id)
    copy, now = _copy(deployment, copy_id), clock.now()
    rights, becomes = rights_of(actor, deployment.service), fate(copy.message, deployment, now)
    require(copy_policies.refusal_to_send_again(rights, copy, becomes, deployment))
    to = _goes_to(copy, address, deployment)
    was, copy.state, copy.due_at = copy.state, DeliveryState.SCHEDULED, now
    if to.lower() != copy.address.lower():
        copy.address, copy.mail_id = to, identity.mail_id(copy.message_id, to)
    copy.last_error, copy.bounce = "", ""
    copy.sent_at = copy.bounced_at = None
    _save(copy, "due_at", "address", "mail_id", "last_error", "sent_at", "bounce", "bounced_at")
    hints.hint(SWEEP)
    return _record(deployment, copy, "copy sent again", actor, was)


def _goes_to(copy: Delivery, address: str, deployment: Deployment) -> str:
    """A channel keeps its name: where that leads is said on its own page."""
    if copy.channel_id:
        return copy.address
    to = (copy.user.email if copy.user else address).strip() or copy.address
    require(policies.refusal_of_address(to))
    _refuse_gone(copy, to, deployment)
    _refuse_twice(copy, to)
    return to


def _copy(deployment: Deployment, copy_id: int) -> Delivery:
    """Whoever hands a copy over changes it by its token, not under the deployment's lock."""
    copies = Delivery.objects.select_for_update(of=("self",)).filter(message__deployment=deployment)
    return copies.select_related("message__plan", "user").get(pk=copy_id)


def _save(copy: Delivery, *columns: str) -> None:
    """With another token, so that a late word of the worker no longer counts."""
    copy.token, copy.lease_until = uuid.uuid4(), None
    copy.save(update_fields=["state", "token", "lease_until", *columns])


def _refuse_gone(copy: Delivery, to: str, deployment: Deployment) -> None:
    if audience.closed([copy.user_id]):
        raise Refused(f"The account of {copy.name} is closed; nothing is mailed to it any more.")
    if audience.gone(deployment.service).has(to, copy.user_id):
        raise Refused(
            f"{copy.name} left the messages of {deployment.service}; only they come back."
        )


def _refuse_twice(copy: Delivery, to: str) -> None:
    others = Delivery.objects.filter(message=copy.message_id, address__iexact=to)
    if other := others.exclude(pk=copy.pk).first():
        raise Invalid(f"{other.name} has a copy of this message at {to} already.")


def _record(deployment: Deployment, copy: Delivery, verb: str, actor: User, was: str) -> Event:
    return history.record(
        deployment,
        verb,
        actor=actor,
        obj=copy.message,
        before={"state": was, "to": copy.name},
        after={"state": str(copy.state), "to": copy.name},
    )
