"""Releasing a held portal: what was due meanwhile leaves, or is left out with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from communications import policies
from communications.enums import WAITING, DeliveryState, Fate, MessageState
from communications.models import Delivery, Message
from communications.services import SWEEP
from deployments import clock, hints, history
from deployments.access.changing import PORTAL
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import Refused, require
from deployments.models import Deployment, Event, PortalHold

ACT = "release the portal"
IN_DOUBT = "It was due while the portal was held and may have left before: {reason}"


@dataclass
class LeftOut:
    messages: int = 0
    copies: int = 0


def leaving(now: datetime) -> QuerySet[Message]:
    """Messages that leave as soon as the portal is released, whole or in what is left of them."""
    whole = Message.objects.ripe(now).filter(Q(useful_until=None) | Q(useful_until__gt=now))
    begun = Delivery.objects.on_their_way(now).filter(state__in=WAITING).values("message")
    found = Message.objects.filter(Q(pk__in=whole.values("pk")) | Q(pk__in=begun))
    return found.order_by("due_at", "pk")


def listed(now: datetime, most: int) -> list[Message]:
    """The oldest of them, each with the copies that are written already."""
    waiting = Count("deliveries", filter=Q(deliveries__state__in=WAITING))
    found = leaving(now).annotate(waiting=waiting).select_related("deployment__service", "plan")
    return list(found[:most])


@transaction.atomic
def release(*, actor: User, leaves_out: bool, reason: str = "") -> Event:
    """Let the portal work again; `leaves_out` what is due now, since it may have left already.

    A message that nobody here knows to have left is skipped; of one that had begun to leave, the
    copies that wait become unknown, which nobody sends again but a person who asked its reader.
    """
    require(refusal_to_administer(actor, ACT))
    hold = PortalHold.objects.select_for_update().first()
    if hold is None:
        raise Refused("The portal is not held; somebody was faster.")
    if leaves_out:
        require(policies.refusal_without_reason(reason, "what was due is left out"))
    left_out = _leave_out(actor, reason.strip()) if leaves_out else LeftOut()
    hold.delete()
    hints.hint(SWEEP)
    backup = hold.backup_from
    return history.record(
        history.chain(PORTAL),
        "portal released",
        actor=actor,
        obj=hold,
        before={
            "held": hold.held_at.isoformat(),
            "why": hold.reason,
            "backup": backup.isoformat() if backup else "",
        },
        after={"messages skipped": left_out.messages, "copies in doubt": left_out.copies},
        reason=reason.strip(),
    )


def _leave_out(actor: User, reason: str) -> LeftOut:
    """Deployment by deployment, each under its lock, in the order of their ids."""
    left_out = LeftOut()
    for pk in sorted(set(leaving(clock.now()).values_list("deployment_id", flat=True))):
        deployment = Deployment.objects.lock(pk)
        for message in leaving(clock.now()).filter(deployment=pk):
            if message.state == MessageState.PLANNED:
                left_out.messages += _skip(message, deployment, actor, reason)
            else:
                left_out.copies += _doubt(message, deployment, actor, reason)
    return left_out


def _skip(message: Message, deployment: Deployment, actor: User, reason: str) -> int:
    """What is overtaken or of no more use ends by the ordinary rule, not by this one."""
    if policies.fate(message, deployment, clock.now()) != Fate.LEAVE:
        return 0
    message.state, message.skipped_by = MessageState.SKIPPED, actor
    message.skip_reason = reason
    message.save(update_fields=["state", "skipped_by", "skip_reason"])
    history.record(
        deployment,
        "message skipped",
        actor=actor,
        obj=message,
        before={"state": MessageState.PLANNED.value},
        after={"state": MessageState.SKIPPED.value},
        reason=reason,
    )
    return 1


def _doubt(message: Message, deployment: Deployment, actor: User, reason: str) -> int:
    copies = message.deliveries.filter(state__in=WAITING).update(
        state=DeliveryState.UNKNOWN, lease_until=None, last_error=IN_DOUBT.format(reason=reason)
    )
    history.record(
        deployment,
        "copies left in doubt",
        actor=actor,
        obj=message,
        after={"copies": copies},
        reason=reason,
    )
    return copies
