"""The rows of sending: audience into copies, copies leased to a worker, and what became of them.

Every change of a copy is conditional on the worker's token, so that nobody's late word counts.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef

from communications import copies, occasions, policies, readers, schedule
from communications.enums import ASKS_TO_SIGN, DeliveryState, Fate, Kind, MessageState
from communications.handover import Outcome, Result
from communications.models import Delivery, Message
from deployments import clock, history
from deployments.models import Deployment

CLAIM_LEASE = timedelta(seconds=60)
# Longer than all time-outs of one SMTP transaction together.
HANDOVER_LEASE = timedelta(seconds=180)
MESSAGES_AT_ONCE = 200
# A copy that was handed over, and what the mail server said.
Handed = tuple[Delivery, Outcome]
logger = logging.getLogger(__name__)
LOST = "The worker ended while it handed this copy over; the mail server may have taken it."


def expand_due() -> set[int]:
    """Turn due messages into one copy per recipient; the ids of the deployments that changed."""
    due = Message.objects.due(clock.now()).order_by("due_at").values_list("pk", "deployment_id")
    return {deployment for pk, deployment in due[:MESSAGES_AT_ONCE] if _tried(pk, deployment)}


def _tried(message_id: int, deployment_id: int) -> bool:
    """Expand one message; one that cannot be must not keep the mail of all others from leaving."""
    try:
        return expand(message_id, deployment_id)
    except (OperationalError, InterfaceError):
        raise  # the database is gone for all of them alike
    except Exception:
        logger.exception("message %s could not be made ready to leave", message_id)
        _pause(message_id)
        return False


def _pause(message_id: int) -> None:
    """Come back to it later and later; whoever mends the cause need not touch the row."""
    message = Message.objects.get(pk=message_id)
    message.failures += 1
    message.retry_at = clock.now() + schedule.wait_before_retry(message.failures)
    message.save(update_fields=["failures", "retry_at"])


@transaction.atomic
def expand(message_id: int, deployment_id: int) -> bool:
    """Judge one due message under the deployment's lock and write its copies, or give it up."""
    deployment = Deployment.objects.lock(deployment_id)
    message = Message.objects.get(pk=message_id)
    now = clock.now()
    if message.state != MessageState.PLANNED or message.due_at > now:
        return False
    becomes = _fate(message, deployment, now)
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
    message.save(update_fields=["state", "expanded_at"])
    copies.write(message, readers.readers_of(message, deployment))


@transaction.atomic
def claim(limit: int) -> list[Delivery]:
    """Lease the oldest due copies to this worker, leaving alone what another one is looking at."""
    now, token = clock.now(), uuid.uuid4()
    free = Delivery.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    ids = list(free.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    Delivery.objects.filter(pk__in=ids).update(
        state=DeliveryState.CLAIMED, token=token, lease_until=now + CLAIM_LEASE
    )
    return list(Delivery.objects.with_message().filter(pk__in=ids).order_by("due_at", "pk"))


def settle(claimed: Iterable[Delivery]) -> list[Delivery]:
    """Give up or give back what may not leave now, before any mail server is asked; the rest."""
    leaving = []
    by_message: dict[int, list[Delivery]] = defaultdict(list)
    for copy in claimed:
        by_message[copy.message_id].append(copy)
    for group in by_message.values():
        with transaction.atomic():
            becomes, now = _judge(group[0])
            if becomes == Fate.LEAVE:
                leaving += group
            else:
                _end(group, becomes, now)
    return leaving


def begin(copy: Delivery, after: Handed | None = None) -> bool:
    """Note that the copy is being handed over, if it may still leave and is still ours.

    Under the deployment's lock: a new time that is saved before this holds the old one back.
    What became of the copy before it is noted with it, in one commit instead of two.
    """
    with transaction.atomic():
        becomes, now = _judge(copy)
        if after is not None:
            note(*after)
        if becomes != Fate.LEAVE:
            _end([copy], becomes, now)
            return False
        ours = Delivery.objects.filter(
            pk=copy.pk, token=copy.token, state=DeliveryState.CLAIMED, lease_until__gt=now
        )
        return bool(
            ours.update(
                state=DeliveryState.DISPATCHING,
                lease_until=now + HANDOVER_LEASE,
                attempts=F("attempts") + 1,
            )
        )


def _judge(copy: Delivery) -> tuple[Fate, datetime]:
    deployment = Deployment.objects.lock(copy.message.deployment_id)
    now = clock.now()
    return _fate(copy.message, deployment, now), now


def _fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
    event = message.event
    if event and message.kind == Kind.REMINDER and occasions.is_needless(deployment, event):
        return Fate.CANCELLED
    if event and message.kind == Kind.STEP_FAILED and occasions.is_answered(deployment, event):
        return Fate.CANCELLED
    if event and message.kind in ASKS_TO_SIGN and occasions.is_asked_in_vain(deployment, event):
        return Fate.CANCELLED
    return policies.fate(message, deployment, now)


def _end(ended: list[Delivery], becomes: Fate, now: datetime) -> None:
    state = DeliveryState.SCHEDULED if becomes == Fate.WAIT else DeliveryState(becomes.value)
    Delivery.objects.filter(
        pk__in=[copy.pk for copy in ended],
        token=ended[0].token,
        state=DeliveryState.CLAIMED,
        lease_until__gt=now,
    ).update(state=state, lease_until=None)


def note(copy: Delivery, outcome: Outcome) -> None:
    """Write down what became of a copy; a late word still counts where nobody knew better."""
    now = clock.now()
    ours = Delivery.objects.filter(
        pk=copy.pk,
        token=copy.token,
        state__in=[DeliveryState.DISPATCHING, DeliveryState.UNKNOWN],
    )
    match outcome.result:
        case Result.ACCEPTED:
            ours.update(state=DeliveryState.SENT, sent_at=now, lease_until=None, last_error="")
        case Result.LATER:
            ours.update(
                state=DeliveryState.RETRY,
                due_at=now + schedule.wait_before_retry(copy.attempts + 1),
                lease_until=None,
                last_error=outcome.said,
            )
        case Result.NEVER:
            ours.update(state=DeliveryState.FAILED, lease_until=None, last_error=outcome.said)
        case Result.UNKNOWN:
            ours.update(state=DeliveryState.UNKNOWN, lease_until=None, last_error=outcome.said)


def fail(copy: Delivery, reason: str) -> None:
    """This copy can never leave as it is."""
    ours = Delivery.objects.filter(pk=copy.pk, token=copy.token, state=DeliveryState.CLAIMED)
    ours.update(state=DeliveryState.FAILED, lease_until=None, last_error=reason)


def postpone(waiting: list[Delivery], reason: str) -> None:
    """The mail server cannot be reached: these copies wait for it, however long it takes."""
    now = clock.now()
    for attempts in {copy.attempts for copy in waiting}:
        Delivery.objects.filter(
            pk__in=[copy.pk for copy in waiting if copy.attempts == attempts],
            token=waiting[0].token,
            state=DeliveryState.CLAIMED,
        ).update(
            state=DeliveryState.RETRY,
            attempts=attempts + 1,
            due_at=now + schedule.wait_before_retry(attempts + 1),
            lease_until=None,
            last_error=reason,
        )


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
    sent = Delivery.objects.filter(message=OuterRef("pk"), state=DeliveryState.SENT)
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
