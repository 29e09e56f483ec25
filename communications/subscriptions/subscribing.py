"""Leaving the messages of a service, and coming back: by whoever they go to, and nobody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from communications.enums import WAITING, DeliveryState, MessageState
from communications.models import Delivery, Message, OptOut, Stakeholder
from communications.subscriptions.policies import refusal_of_language, refusal_of_zone
from communications.subscriptions.subscribers import Subscriber, refusal_to_leave
from communications.whom import audience
from deployments import clock, hints, history
from deployments.access.teams import lock_services
from deployments.enums import FINAL
from deployments.exceptions import Invalid, Overtaken, require
from deployments.models import Deployment, Event, Service

# A copy that a worker prepares may still be kept back; one that it hands over may not.
NOT_LEFT = WAITING | {DeliveryState.CLAIMED}
BY_LINK = "by the link in their mail"


@transaction.atomic
def leave(who: Subscriber, *, actor: User | None) -> OptOut:
    """From now on nothing of the service is mailed to them; twice is no event.

    Copies that wait are given up under the locks under which others are written, so that none is
    written meanwhile.
    """
    deployments = _lock(who.service)
    [chain] = lock_services({who.service.pk})
    require(refusal_to_leave(who))
    there = who.opt_outs().first()
    if there is not None:
        return there
    require(_refusal_without_address(who))
    now = clock.now()
    row = _opt_out(who, now)
    given_up = _give_up(who, f"{who} left the messages of this service on {now:%d %b %Y} (UTC).")
    history.record(
        chain,
        "left the messages",
        actor=actor,
        obj=who.entry or who.user,
        after={"address": who.address, "copies_given_up": given_up},
        reason="" if actor else BY_LINK,
        at=now,
    )
    for pk in deployments:
        hints.changed(pk)
    return row


def _opt_out(who: Subscriber, now: datetime) -> OptOut:
    """Of an account whose entry of the list has another address, both addresses leave.

    The key in an entry's links goes with the entry's own address: another one that is listed later
    must not get the same key.
    """
    fields = {"service": who.service, "user": who.user, "left_at": now}
    entry = who.entry
    if entry is None:
        return OptOut.objects.create(address=who.address, **fields)
    if entry.address.lower() == who.address.lower():
        return OptOut.objects.create(address=who.address, key=entry.key, **fields)
    beside = OptOut(address=entry.address, key=entry.key, **fields)
    OptOut.objects.bulk_create([beside], ignore_conflicts=True)
    return OptOut.objects.create(address=who.address, **fields)


def _lock(service: Service) -> list[int]:
    """Every deployment of the service that may still write or send a copy, in one order."""
    messages = Message.objects.filter(deployment=OuterRef("pk"))
    planned = messages.filter(state=MessageState.PLANNED)
    waiting = messages.filter(deliveries__state__in=NOT_LEFT)
    found = Deployment.objects.filter(
        ~Q(state__in=FINAL) | Exists(planned) | Exists(waiting), service=service
    )
    locked = found.select_for_update(no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def _give_up(who: Subscriber, reason: str) -> int:
    """Conditional on its state, so that a copy which is being handed over keeps its own end."""
    mine = Q(address__iexact=who.address)
    if who.user is not None:
        mine |= Q(user=who.user)
    messages = Message.objects.filter(deployment__service=who.service)
    return Delivery.objects.filter(mine, message__in=messages, state__in=NOT_LEFT).update(
        state=DeliveryState.CANCELLED, lease_until=None, last_error=reason
    )


@transaction.atomic
def come_back(who: Subscriber, *, actor: User | None) -> Event | None:
    """What was given up meanwhile stays so; the next message goes to them. Twice is no event."""
    [chain] = lock_services({who.service.pk})
    if not who.is_listed:
        raise Overtaken("You are no longer on this list; ask a release manager to add you.")
    require(_refusal_without_address(who))
    ended = who.opt_outs().delete()[0]
    added = _listed(who) if who.user is not None else None
    if not ended and added is None:
        return None
    return history.record(
        chain,
        "came back to the messages" if ended else "subscribed",
        actor=actor,
        obj=added or who.entry or who.user,
        after={"address": who.address},
        reason="" if actor else BY_LINK,
    )


def _listed(who: Subscriber) -> Stakeholder | None:
    """Whoever sees a service without a grant of their own, an administrator, joins the list."""
    assert who.user is not None
    if who.entry is not None or audience.involved(who.service).filter(pk=who.user.pk).exists():
        return None
    return Stakeholder.objects.create(
        service=who.service,
        name=str(who.user),
        address=who.address,
        zone=who.user.zone,
        user=who.user,
    )


@transaction.atomic
def save_language(entry: Stakeholder, *, language: str, zone: str) -> Event | None:
    """What somebody without an account changes about themselves, by their link."""
    [chain] = lock_services({entry.service_id})
    require(refusal_of_language(language) or refusal_of_zone(zone))
    row = Stakeholder.objects.filter(pk=entry.pk).first()
    if row is None:
        raise Overtaken("You were taken off this list meanwhile; nothing is mailed to you.")
    before = {"language": row.language, "zone": row.zone}
    after = {"language": language, "zone": zone}
    if before == after:
        return None
    row.language, row.zone = language, zone
    row.save(update_fields=["language", "zone"])
    return history.record(
        chain,
        "stakeholder changed",
        actor=None,
        obj=row,
        before=before,
        after=after,
        reason=BY_LINK,
    )


def _refusal_without_address(who: Subscriber) -> Invalid | None:
    if who.address:
        return None
    return Invalid(
        "Your account has no mail address, so nothing is mailed to you; an administrator adds one."
    )
