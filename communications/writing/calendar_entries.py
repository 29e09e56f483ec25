"""Which copies carry a calendar entry, and what it says to whom.

A reader gets one with the first message that names T0, and again with the next message whenever
their last one says another time or another status. What a copy carries is decided when the copies
are written and kept with them, so that a copy that is tried again says the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from communications.enums import (
    TELLS_OF_THE_END,
    TOLD,
    UNDER_WAY,
    WAITING,
    EntryStatus,
    Kind,
)
from communications.models import Delivery, Message
from communications.whom.audience import Recipient
from communications.writing import ics, identity
from communications.writing.ics import Appointment
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment

CALLS_OFF = frozenset({Kind.NO_GO, Kind.CANCELLATION})
CALLED_OFF = frozenset({State.NO_GO, State.CANCELLED})


@dataclass(frozen=True)
class Entry:
    """What the calendar of a reader says."""

    revision: int | None
    status: str


def given(
    message: Message, deployment: Deployment, readers: Iterable[Recipient]
) -> list[Recipient]:
    """The readers, each with the entry that goes along; the caller holds the deployment's lock."""
    status = _status_with(message, deployment)
    if status == EntryStatus.NONE:
        return list(readers)
    wanted, have = Entry(message.schedule_revision, status), _last_entries(deployment)
    return [
        replace(reader, entry=status if is_news(have.get(reader.address.lower()), wanted) else "")
        for reader in readers
    ]


def is_news(last: Entry | None, wanted: Entry) -> bool:
    """Whether a reader's calendar says something else; who has no entry has none to cancel."""
    if wanted.status == EntryStatus.CANCELLED:
        return last is not None and last.status != EntryStatus.CANCELLED
    return last != wanted


def status_of(deployment: Deployment) -> EntryStatus:
    if deployment.state in CALLED_OFF:
        return EntryStatus.CANCELLED
    is_decided = deployment.state == State.GO or deployment.state not in BEFORE_START
    return EntryStatus.CONFIRMED if is_decided else EntryStatus.TENTATIVE


def of_copy(copy: Delivery, *, is_technical: bool) -> str:
    """The entry of this copy for whoever reads it so; its recipient is still to be put in."""
    message, deployment = copy.message, copy.message.deployment
    assert message.t0 is not None
    assert message.entry_sequence is not None
    assert message.expanded_at is not None
    said = _appointment(
        deployment,
        EntryStatus(copy.entry),
        t0=message.t0,
        sequence=message.entry_sequence,
        stamp=message.expanded_at,
        is_technical=is_technical,
    )
    return ics.write(said, method_of(copy))


def method_of(copy: Delivery) -> str:
    """What the reader's calendar is to do with the entry (RFC 5546)."""
    return ics.CANCEL if copy.entry == EntryStatus.CANCELLED else ics.REQUEST


def of_deployment(deployment: Deployment, t0: datetime, *, is_technical: bool) -> str:
    """The entry as it stands now, for whoever takes it from the page."""
    last = deployment.events.order_by("-sequence").first()
    assert last is not None  # that it was made is an event
    said = _appointment(
        deployment,
        status_of(deployment),
        t0=t0,
        sequence=last.sequence,
        stamp=last.at,
        is_technical=is_technical,
    )
    return ics.write(said, ics.PUBLISH)


def _status_with(message: Message, deployment: Deployment) -> EntryStatus:
    """What an entry that goes with the message says; a new time is planned, whatever the state."""
    if message.t0 is None or message.kind in TELLS_OF_THE_END:
        return EntryStatus.NONE
    if message.kind in CALLS_OFF:
        return EntryStatus.CANCELLED
    said = status_of(deployment)
    return EntryStatus.TENTATIVE if said == EntryStatus.CANCELLED else said


def _last_entries(deployment: Deployment) -> dict[str, Entry]:
    """What every reader was last sent, or is about to get; of an address the latest wins."""
    sent = Delivery.objects.filter(
        message__deployment=deployment, state__in=[*TOLD, *WAITING, *UNDER_WAY]
    ).exclude(entry=EntryStatus.NONE)
    rows = sent.order_by("pk").values_list("address", "message__schedule_revision", "entry")
    return {address.lower(): Entry(revision, status) for address, revision, status in rows}


def _appointment(
    deployment: Deployment,
    status: EntryStatus,
    *,
    t0: datetime,
    sequence: int,
    stamp: datetime,
    is_technical: bool,
) -> Appointment:
    room = f"{settings.PORTAL_URL}{reverse('dashboard:room', args=[deployment.pk])}"
    return Appointment(
        uid=identity.entry_uid(deployment.pk),
        sequence=sequence,
        stamp=stamp,
        start=t0,
        end=deployment.window_end or t0 + deployment.window_length,
        zone=deployment.zone,
        status=status.upper(),
        summary=f"{deployment.service}: {deployment.package} → {deployment.environment}",
        description=_description(deployment, status, room, is_technical=is_technical),
        url=room,
        organizer=identity.sender(),
    )


def _description(
    deployment: Deployment, status: EntryStatus, room: str, *, is_technical: bool
) -> str:
    rules = deployment.rules.select_related("role").order_by("position") if is_technical else ()
    context = {
        "deployment": deployment,
        "status": status.value,
        "is_technical": is_technical,
        "roles": list(dict.fromkeys(rule.role.title for rule in rules)),
        "lead": deployment.lead,
        "room": room,
        "url": f"{settings.PORTAL_URL}{deployment.get_absolute_url()}",
    }
    return render_to_string("communications/entry.txt", context)
