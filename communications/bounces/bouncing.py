"""Mail that came back: the copy says so, and the address is left alone until a person clears it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from communications import policies
from communications.bounces.reports import Bounced, tidy
from communications.enums import MAY_COME_BACK, BounceKind, DeliveryState
from communications.models import BouncingAddress, Delivery, Stakeholder
from communications.whom import audience
from deployments import clock, history
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of

PORTAL = "portal"
SOFT_IN_A_ROW = 3
# What is told later may be worse than what was told first, and never takes it back.
WORSE = {"": 0, BounceKind.SOFT: 1, BounceKind.HARD: 2, BounceKind.COMPLAINT: 3}


class Noted(Enum):
    """What a report was about; the portal notes nothing of what it does not know."""

    COPY = "copies"
    ADDRESS = "addresses"
    NOTHING = "ignored"


@transaction.atomic
def note(said: Bounced, *, reporter: User) -> Noted:
    """Note once what came back. A copy is one of ours, to this address, by its Message-ID."""
    found = _copy_of(said)
    if found is not None:
        return _note_copy(found, said, reporter)
    address, now = said.address.lower(), clock.now()
    if said.kind == BounceKind.SOFT or not _is_ours(address):
        return Noted.NOTHING
    chain = history.chain(PORTAL)
    row = _remember(address, said, now)
    if row is not None:
        after = {"address": address, "kind": said.kind}
        history.record(
            chain, "address bounces", actor=reporter, obj=row, after=after, reason=said.reason
        )
    return Noted.ADDRESS


@transaction.atomic
def note_refused(copy: Delivery, said: str) -> Event | None:
    """The mail server itself knows no such mailbox: its mail comes back before it is taken.

    The copy has failed and says so; None where the address is left alone already.
    """
    deployment, now = Deployment.objects.lock(copy.message.deployment_id), clock.now()
    address = copy.address.lower()
    row = _remember(address, Bounced(address, BounceKind.HARD, tidy(said), now), now)
    if row is None:
        return None
    after = {"address": address, "kind": row.kind}
    return history.record(
        deployment, "address bounces", actor=None, obj=row, after=after, reason=row.reason, at=now
    )


@transaction.atomic
def works_again(deployment_id: int, address_id: int, *, actor: User) -> Event:
    """Somebody has seen to it; what is due to the address leaves again."""
    deployment = Deployment.objects.lock(deployment_id)
    row = BouncingAddress.objects.select_for_update(of=("self",)).get(pk=address_id)
    require(policies.refusal_to_clear(rights_of(actor, deployment.service), row))
    _clear(row, actor)
    return history.record(deployment, "address works again", actor=actor, obj=row)


@transaction.atomic
def works_again_anywhere(address_id: int, *, actor: User) -> Event:
    """The same by an administrator, who need have no part in any service."""
    chain = history.chain(PORTAL)
    row = BouncingAddress.objects.select_for_update(of=("self",)).get(pk=address_id)
    require(policies.refusal_to_clear_anywhere(actor, row))
    _clear(row, actor)
    return history.record(chain, "address works again", actor=actor, obj=row)


def to_whom_of(deployment: Deployment) -> list[BouncingAddress]:
    """Addresses that take no mail, of everybody who is told of the deployment or was."""
    address = {"small": OuterRef("address")}
    small, theirs = Lower("address"), Lower("email")
    copies = Delivery.objects.filter(message__deployment=deployment).annotate(small=small)
    listed = Stakeholder.objects.filter(service=deployment.service_id).annotate(small=small)
    people = audience.involved(deployment.service).annotate(small=theirs)
    known = (
        Exists(copies.filter(**address))
        | Exists(listed.filter(**address))
        | Exists(people.filter(**address))
    )
    return list(BouncingAddress.objects.standing().filter(known))


def held_back(copies: Iterable[Delivery]) -> tuple[list[Delivery], list[tuple[Delivery, str]]]:
    """Which of these copies may leave, and which not, each with the sentence why."""
    copies = list(copies)
    if not copies:
        return [], []
    rows = BouncingAddress.objects.among(copy.address for copy in copies)
    sentences = {row.address: row.sentence for row in rows}
    leave = [copy for copy in copies if copy.address.lower() not in sentences]
    stay = [
        (copy, sentences[copy.address.lower()])
        for copy in copies
        if copy.address.lower() in sentences
    ]
    return leave, stay


def _copy_of(said: Bounced) -> Delivery | None:
    """By an id of ours and the right address; an id alone could be read from any forwarded mail."""
    if not said.message_id:
        return None
    mail_id = f"<{said.message_id.strip().strip('<>')}>"
    return Delivery.objects.filter(mail_id=mail_id, address__iexact=said.address).first()


def _note_copy(found: Delivery, said: Bounced, reporter: User) -> Noted:
    message = found.message
    deployment = Deployment.objects.lock(message.deployment_id)
    copy = Delivery.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if WORSE[said.kind] <= WORSE[copy.bounce]:
        return Noted.COPY  # told before
    was, now = copy.state, clock.now()
    _mark(copy, said, now)
    stops = _remember(copy.address.lower(), said, now) is not None
    history.record(
        deployment,
        "copy bounced",
        actor=reporter,
        obj=message,
        before={"state": was, "to": copy.name},
        after={"state": str(copy.state), "to": copy.name, "kind": said.kind, "address left": stops},
        reason=said.reason,
    )
    return Noted.COPY


def _mark(copy: Delivery, said: Bounced, now: datetime) -> None:
    """With another token, so that a late word of the worker no longer counts.

    One that waits to leave again, or whose reader complains of it, keeps its state; if it was
    called bounced before, as an out-of-office is, the complaint says that it did arrive.
    """
    copy.bounce, copy.bounced_at = said.kind, min(said.at, now)
    copy.last_error = said.reason or BounceKind(said.kind).label
    changed = ["bounce", "bounced_at", "last_error"]
    if said.kind != BounceKind.COMPLAINT and copy.state in MAY_COME_BACK:
        copy.state, copy.sent_at = DeliveryState.BOUNCED, copy.sent_at or now
        copy.token, copy.lease_until = uuid.uuid4(), None
        changed += ["state", "sent_at", "token", "lease_until"]
    elif said.kind == BounceKind.COMPLAINT and copy.state == DeliveryState.BOUNCED:
        copy.state = DeliveryState.SENT
        changed.append("state")
    copy.save(update_fields=changed)


def _remember(address: str, said: Bounced, now: datetime) -> BouncingAddress | None:
    """Leave the address alone from now on; None if that is so already, or not called for."""
    row = BouncingAddress.objects.select_for_update(of=("self",)).filter(address=address).first()
    if row is not None and (row.cleared_at is None or row.is_old_news(said.at)):
        return None
    if said.kind == BounceKind.SOFT and not _is_soft_in_a_row(address, row):
        return None
    stands = {
        "kind": said.kind,
        "reason": said.reason,
        "since": min(said.at, now),
        "cleared_at": None,
        "cleared_by": None,
    }
    row, _ = BouncingAddress.objects.update_or_create(address=address, defaults=stands)
    return row


def _is_soft_in_a_row(address: str, cleared: BouncingAddress | None) -> bool:
    """Whether the last few copies that left for it, since it was cleared, all came back."""
    sent = Delivery.objects.annotate(small=Lower("address")).filter(
        small=address, sent_at__isnull=False
    )
    if cleared is not None:
        sent = sent.filter(sent_at__gt=cleared.cleared_at)
    last = sent.order_by("-sent_at", "-pk").values_list("bounce", flat=True)[:SOFT_IN_A_ROW]
    return list(last) == [BounceKind.SOFT] * SOFT_IN_A_ROW


def _is_ours(address: str) -> bool:
    """Whether anybody is written to there."""
    return (
        User.objects.filter(email__iexact=address).exists()
        or Stakeholder.objects.filter(address__iexact=address).exists()
        or Delivery.objects.annotate(small=Lower("address")).filter(Q(small=address)).exists()
    )


def _clear(row: BouncingAddress, actor: User) -> None:
    row.cleared_at, row.cleared_by = clock.now(), actor
    row.save(update_fields=["cleared_at", "cleared_by"])
