"""The rows of sending: audience into copies, copies leased to a worker and taken back from it."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef

from communications import schedule
from communications.enums import DeliveryState, Fate, MessageState
from communications.models import Delivery, Message
from communications.sending import copies, leaving
from communications.sending.judging import fate, judge
from communications.sending.leaving import CLAIM_LEASE
from communications.services import SWEEP
from communications.whom import audience, readers
from communications.writing import calendar_entries
from deployments import clock, hints, history
from deployments.models import Deployment

MESSAGES_AT_ONCE = 200
logger = logging.getLogger(__name__)
UNWANTED = "They left the messages of this service."
CLOSED = "Their account is closed."
LOST = "The worker ended while it handed this copy over; it may have arrived."


def expand_due() -> set[int]:
    """Turn due messages into one copy per recipient; the ids of the deployments that changed.

    What somebody is at right now, be it another worker that writes copies, is left to the end.
    """
    due = Message.objects.due(clock.now()).order_by("due_at").values_list("pk", "deployment_id")
    waiting = list(due[:MESSAGES_AT_ONCE])
    changed, busy = set[int](), []
    for pk, deployment in waiting:
        written = _tried(pk, deployment, waits=False)
        if written is None:
            busy.append((pk, deployment))
        elif written:
            if not changed and len(waiting) > 1:
                # The first can leave while the others are written.
                hints.hint(SWEEP)
            changed.add(deployment)
    return changed | {deployment for pk, deployment in busy if _tried(pk, deployment)}


def _tried(message_id: int, deployment_id: int, *, waits: bool = True) -> bool | None:
    """Expand one message; one that cannot be must not keep the mail of all others from leaving."""
    try:
        return expand(message_id, deployment_id, waits=waits)
    except (OperationalError, InterfaceError):
        raise  # the database is gone for all of them alike
    except Exception:
        logger.exception("message %s could not be made ready to leave", message_id)
        _pause(message_id)
        return False


def _pause(message_id: int) -> None:
    """Come back to it later and later; whoever mends the cause need not touch the row."""
    row = Message.objects.filter(pk=message_id)
    failures = row.values_list("failures", flat=True).first()
    if failures is None:
        return  # its line was changed meanwhile, and it is gone
    wait = schedule.wait_before_retry(failures + 1)
    row.update(failures=failures + 1, retry_at=clock.now() + wait)


@transaction.atomic
def expand(message_id: int, deployment_id: int, *, waits: bool = True) -> bool | None:
    """Judge one due message under the deployment's lock and write its copies, or give it up.

    Whether anything changed; None where the lock is somebody's and this does not wait for it.
    """
    if not waits and not Deployment.objects.lock_row_if_free(deployment_id):
        return None
    deployment = Deployment.objects.lock(deployment_id)
    message = Message.objects.get(pk=message_id)
    now = clock.now()
    if message.state != MessageState.PLANNED or message.due_at > now:
        return False
    becomes = fate(message, deployment, now)
    if becomes == Fate.WAIT:
        return False
    if becomes == Fate.LEAVE:
        _write_copies(message, deployment, now)
        return True
    message.state = becomes.value
    message.save(update_fields=["state"])
    if becomes == Fate.MISSED:
        history.record(deployment, "message missed", actor=None, obj=message, at=now)
    return True


def _write_copies(message: Message, deployment: Deployment, now: datetime) -> None:
    message.state, message.expanded_at = MessageState.LEAVING, now
    message.entry_sequence = deployment.event_count if message.t0 else None
    message.save(update_fields=["state", "expanded_at", "entry_sequence"])
    told = readers.readers_of(message, deployment)
    copies.write(message, calendar_entries.given(message, deployment, told))


@transaction.atomic
def claim(limit: int, *, chat: bool = False) -> list[Delivery]:
    """Lease the oldest due copies to this worker, leaving alone what another one is looking at.

    Mails and posts into chat are claimed apart, since each worker carries one of them.
    """
    now, token = clock.now(), uuid.uuid4()
    due = Delivery.objects.due(now).filter(channel__isnull=not chat)
    free = due.select_for_update(skip_locked=True, of=("self",))
    ids = list(free.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    Delivery.objects.filter(pk__in=ids).update(
        state=DeliveryState.CLAIMED, token=token, lease_until=now + CLAIM_LEASE
    )
    return list(Delivery.objects.with_message().filter(pk__in=ids).order_by("due_at", "pk"))


def settle(claimed: Iterable[Delivery]) -> list[Delivery]:
    """Give up or give back what may not leave now, before any mail server is asked; the rest."""
    may_leave = []
    by_message: dict[int, list[Delivery]] = defaultdict(list)
    for copy in claimed:
        by_message[copy.message_id].append(copy)
    for group in by_message.values():
        try:
            may_leave += _settled(group)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("message %s could not be judged", group[0].message_id)
            leaving.put_off(group, error)
    return may_leave


@transaction.atomic
def _settled(group: list[Delivery]) -> list[Delivery]:
    found = judge(group[0].message)
    if found.becomes == Fate.LEAVE:
        return _wanted(group, found.at)
    leaving.end(group, found.becomes, found.at)
    return []


def _wanted(group: list[Delivery], now: datetime) -> list[Delivery]:
    """Without those who left, or whose account was closed, since their copy was written."""
    left = audience.gone(group[0].message.deployment.service)
    closed = audience.closed(copy.user_id for copy in group)
    wanted = list[Delivery]()
    for copy in group:
        if copy.user_id in closed:
            leaving.end([copy], Fate.CANCELLED, now, CLOSED)
        elif left.has(copy.address, copy.user_id):
            leaving.end([copy], Fate.CANCELLED, now, UNWANTED)
        else:
            wanted.append(copy)
    return wanted


def recover() -> set[int]:
    """Take back what dead workers had leased; what one was handing over is honestly unknown."""
    now = clock.now()
    expired = Delivery.objects.filter(lease_until__lte=now)
    changed: set[int] = set()
    for state, values in (
        (DeliveryState.CLAIMED, {"state": DeliveryState.SCHEDULED}),
        (DeliveryState.DISPATCHING, {"state": DeliveryState.UNKNOWN, "last_error": LOST}),
    ):
        rows = expired.filter(state=state)
        changed.update(rows.values_list("message__deployment_id", flat=True).distinct())
        rows.update(lease_until=None, **values)
    return changed


def note_first_copies() -> None:
    """One event per message, once the first of its copies has left."""
    sent = Delivery.objects.filter(message=OuterRef("pk"), sent_at__isnull=False)
    untold = Message.objects.filter(state=MessageState.LEAVING, first_sent_at__isnull=True)
    for message in untold.filter(Exists(sent)).only("pk", "deployment_id"):
        _note_first_copy(message.pk, message.deployment_id)


@transaction.atomic
def _note_first_copy(message_id: int, deployment_id: int) -> None:
    deployment = Deployment.objects.lock(deployment_id)
    message = Message.objects.get(pk=message_id)
    first = message.deliveries.filter(sent_at__isnull=False).order_by("sent_at").first()
    if message.first_sent_at or first is None:
        return
    message.first_sent_at = first.sent_at
    message.save(update_fields=["first_sent_at"])
    history.record(
        deployment,
        "message sent",
        actor=None,
        obj=message,
        after={"kind": message.kind, "copies": message.deliveries.count()},
    )


@transaction.atomic
def note_unwritten(message: Message, reason: str) -> None:
    """One event per message whose text cannot be written, for those who have the template."""
    deployment = Deployment.objects.lock(message.deployment_id)
    verb = "message not written"
    known = deployment.events.filter(verb=verb, object_kind="message", object_id=message.pk)
    if not known.exists():
        history.record(deployment, verb, actor=None, obj=message, reason=reason)
