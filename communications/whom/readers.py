"""Who gets a message that is about to leave, judged by what everybody was told so far."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from communications.enums import (
    MOVED,
    TELLS_A_VERDICT,
    TOLD,
    UNDER_WAY,
    WAITING,
    WAY_BACK,
    Kind,
    MessageState,
)
from communications.meant import CHAT
from communications.models import Channel, Delivery, Message
from communications.whom import aims, audience, told
from communications.whom.audience import Recipient
from communications.whom.told import Copy
from deployments.models import Deployment

TO_THE_TOLD = TELLS_A_VERDICT | {Kind.CANCELLATION}


def readers_of(message: Message, deployment: Deployment) -> list[Recipient]:
    deliveries = live_deliveries(deployment)
    copies = [copy_of(one) for one in deliveries]
    everybody = audience.recipients(deployment.service)
    today = {_key(one.address): one for one in aims.aimed(everybody, message.plan, deployment)}
    # Whoever left the list since keeps the name and zone of the last copy.
    known = {_key(one.address): recipient_of(one) for one in deliveries}
    rooms = {_key(one.name): one for one in Channel.objects.on().filter(service=deployment.service)}
    known |= {_key(one.address): one for one in everybody} | today
    known |= {key: _room(one) for key, one in rooms.items()}
    today |= {key: known[key] for key, one in rooms.items() if _is_for(message, one)}
    knew = told.to_correct(copies, deployment.schedule_revision, deployment.t0)
    if message.kind == Kind.CORRECTION:
        wanted = set(knew)
    elif message.kind in WAY_BACK:
        wanted = told.of_its_start(copies)
    elif message.kind in TO_THE_TOLD:
        wanted = told.readers(copy for copy in copies if copy.told)
        if message.event and message.event.verb == MOVED:
            wanted -= told.knowing(copies, message.kind, deployment.t0)
    else:
        wanted = set(today) - _spared(message, deployment, copies)
        if message.kind == Kind.COMPLETE:
            wanted |= told.of_kind(copies, Kind.START)
        knew = {}
    found = [replace(known[reader], knew_t0=knew.get(reader)) for reader in wanted]
    return sorted(found, key=lambda reader: (reader.name, reader.address))


def _is_for(message: Message, channel: Channel) -> bool:
    """A line for everybody, or one that names channels; and of the kinds that this one takes."""
    audience = message.plan.audience if message.plan else []
    wanted = not channel.kinds or message.kind in channel.kinds
    return wanted and (not audience or CHAT in audience)


def _room(channel: Channel) -> Recipient:
    return Recipient(str(channel), channel.name, channel.zone, channel_id=channel.pk)


def copies_of(deployment: Deployment) -> list[Copy]:
    """Every copy that names T0 and has left, or is about to."""
    return [copy_of(one) for one in live_deliveries(deployment)]


def is_anybody_outdated(deployment: Deployment) -> bool:
    moved = told.outdated(copies_of(deployment), deployment.schedule_revision, deployment.t0)
    return bool(moved)


def _spared(message: Message, deployment: Deployment, copies: list[Copy]) -> set[str]:
    pending = deployment.messages.filter(
        kind=Kind.CORRECTION,
        schedule_revision=deployment.schedule_revision,
        state=MessageState.PLANNED,
    )
    return told.spared(
        copies,
        kind=message.kind,
        plan=message.plan_id,
        revision=deployment.schedule_revision,
        t0=deployment.t0,
        correction_pending=pending.exists(),
    )


def live_deliveries(deployment: Deployment) -> list[Delivery]:
    """In the order of time, so that the last name and zone of an address wins.

    Whoever left the service's messages is owed nothing any more.
    """
    live = Delivery.objects.filter(
        Q(user__isnull=True) | Q(user__is_active=True),
        Q(channel__isnull=True) | Q(channel__switched_off_at__isnull=True),
        message__deployment=deployment,
        message__t0__isnull=False,
        state__in=[*TOLD, *WAITING, *UNDER_WAY],
    )
    left = audience.gone(deployment.service)
    rows = live.select_related("message").order_by("pk")
    return [one for one in rows if not left.has(one.address, one.user_id)]


def copy_of(delivery: Delivery) -> Copy:
    message = delivery.message
    assert message.t0 is not None
    assert message.schedule_revision is not None
    return Copy(
        reader=_key(delivery.address),
        kind=message.kind,
        plan=message.plan_id,
        revision=message.schedule_revision,
        t0=message.t0,
        told=delivery.state in TOLD,
        at=delivery.sent_at,
    )


def recipient_of(delivery: Delivery) -> Recipient:
    return Recipient(
        delivery.name,
        delivery.address,
        delivery.zone,
        delivery.user_id,
        None,
        delivery.language,
        delivery.stakeholder_id,
        channel_id=delivery.channel_id,
    )


def _key(address: str) -> str:
    return address.lower()
