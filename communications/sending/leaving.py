"""Copies on their way out: begun together, looked at again one by one, noted together.

One lock and one commit for each copy cost more than its mail. So the copies of one message are
begun in small batches; docs/adr/0027 says what that is allowed to mean. Every change of a copy is
conditional on the worker's token, so that nobody's late word counts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from communications import schedule
from communications.enums import DeliveryState, Fate
from communications.models import Delivery, DeliveryQuerySet
from communications.sending.handover import Outcome, Result
from communications.sending.judging import judge
from deployments import history, portal_hold
from deployments.clock import PortalNow, now
from statements import AnyOf, Change, change_built_once

CLAIM_LEASE = timedelta(seconds=60)
# Longer than BEGINS_WITHIN and the time-outs of what follows it together.
HANDOVER_LEASE = timedelta(seconds=180)
# Longer than the time-outs of a greeting, a sender and a recipient in a row, so that a server which
# takes its time over each of them gets its mail nevertheless.
BEGINS_WITHIN = timedelta(seconds=70)
# What may not leave yet is looked at again after this, and not at once and for ever.
LOOKS_AGAIN_AFTER = timedelta(seconds=5)
TOO_SLOW = (
    f"The mail server took longer than {BEGINS_WITHIN.seconds} s to take the recipient; "
    "the copy is tried again."
)
logger = logging.getLogger(__name__)
# A copy that was handed over, and what the mail server said.
Handed = tuple[Delivery, Outcome]
# What is still ours to say: somebody may have given us up meanwhile, but nobody knew better.
IN_OUR_HANDS = (DeliveryState.DISPATCHING, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class Begun:
    """Copies of one message that may leave as long as nothing happens to their deployment."""

    copies: list[Delivery]
    version: int = 0
    until: datetime | None = None

    def kept_back(self) -> Outcome | None:
        """Asked in the middle of each SMTP transaction, by one short read that waits for nobody.

        A time that was saved before this holds the copy back, though it was begun already.
        """
        version, at = history.version_of(self.copies[0].message.deployment_id)
        if version != self.version:
            return Outcome(Result.WITHHELD)
        if self.until is None or at >= self.until:
            return Outcome(Result.LATER, TOO_SLOW)
        return None


def begin(waiting: Sequence[Delivery]) -> Begun:
    """Note that these copies of one message are being handed over; those that are still ours.

    Under the deployment's lock and in one commit: whatever becomes of the worker afterwards, each
    of them may have left.
    """
    try:
        return _begun(waiting)
    except (OperationalError, InterfaceError):
        raise  # the database is gone for all of them alike
    except Exception as error:
        logger.exception("message %s could not be judged", waiting[0].message_id)
        put_off(waiting, error)
        return Begun([])


def _begun(waiting: Sequence[Delivery]) -> Begun:
    with transaction.atomic():
        found = judge(waiting[0].message)
        if found.becomes != Fate.LEAVE:
            end(waiting, found.becomes, found.at)
            return Begun([])
        ids = set(_handed_over(*_named(waiting), found.at, found.at + HANDOVER_LEASE))
    copies = [copy for copy in waiting if copy.pk in ids]
    return Begun(copies, found.version, found.at + BEGINS_WITHIN)


@change_built_once
def _handed_over(
    copies: list[int], tokens: list[UUID], now: datetime, lease_until: datetime
) -> Change:
    ours = _held(copies, tokens, DeliveryState.CLAIMED)
    return ours.filter(~portal_hold.on(), lease_until__gt=now), {
        "state": DeliveryState.DISPATCHING,
        "lease_until": lease_until,
        "attempts": F("attempts") + 1,
    }


@transaction.atomic
def finish(begun: Begun, handed: Sequence[Handed]) -> None:
    """Note what became of a batch; whatever was not handed over is claimed as before."""
    done = {copy.pk for copy, _ in handed}
    accepted = [copy for copy, outcome in handed if outcome.result == Result.ACCEPTED]
    if accepted:
        _sent(*_named(accepted))
    for copy, outcome in handed:
        if outcome.result != Result.ACCEPTED:
            _note_trouble(copy, outcome)
    if rest := [copy for copy in begun.copies if copy.pk not in done]:
        _ours(rest, *IN_OUR_HANDS).update(
            state=DeliveryState.CLAIMED,
            lease_until=now() + CLAIM_LEASE,
            attempts=F("attempts") - 1,
            last_error="",
        )


@change_built_once
def _sent(copies: list[int], tokens: list[UUID]) -> Change:
    return _held(copies, tokens, *IN_OUR_HANDS), {
        "state": DeliveryState.SENT,
        "sent_at": PortalNow(),
        "lease_until": None,
        "last_error": "",
    }


def _note_trouble(copy: Delivery, outcome: Outcome) -> None:
    ours = _ours([copy], *IN_OUR_HANDS)
    match outcome.result:
        case Result.LATER:
            ours.update(
                state=DeliveryState.RETRY,
                due_at=now() + max(schedule.wait_before_retry(copy.attempts + 1), outcome.wait),
                lease_until=None,
                last_error=outcome.said,
            )
        case Result.NEVER:
            ours.update(state=DeliveryState.FAILED, lease_until=None, last_error=outcome.said)
        case Result.UNKNOWN:
            ours.update(state=DeliveryState.UNKNOWN, lease_until=None, last_error=outcome.said)


def end(ended: Sequence[Delivery], becomes: Fate, at: datetime, reason: str = "") -> None:
    """Give up or give back what may not leave now and was not begun.

    What waits is due a little later: it would be claimed again at once, and that for ever.
    """
    ours = _ours(ended, DeliveryState.CLAIMED).filter(lease_until__gt=at)
    if becomes == Fate.WAIT:
        later = at + LOOKS_AGAIN_AFTER
        ours.update(state=DeliveryState.SCHEDULED, due_at=later, lease_until=None)
        return
    said = {"last_error": reason} if reason else {}
    ours.update(state=DeliveryState(becomes.value), lease_until=None, **said)


def fail(copy: Delivery, reason: str) -> None:
    """This copy can never leave as it is."""
    ours = _ours([copy], DeliveryState.CLAIMED)
    ours.update(state=DeliveryState.FAILED, lease_until=None, last_error=reason)


def postpone(waiting: Sequence[Delivery], reason: str) -> None:
    """These copies wait for a mail server or a mended row, however long it takes."""
    for attempts in {copy.attempts for copy in waiting}:
        same = [copy for copy in waiting if copy.attempts == attempts]
        _ours(same, DeliveryState.CLAIMED).update(
            state=DeliveryState.RETRY,
            attempts=attempts + 1,
            due_at=now() + schedule.wait_before_retry(attempts + 1),
            lease_until=None,
            last_error=reason,
        )


def put_off(waiting: Sequence[Delivery], error: Exception) -> None:
    """These copies cannot be judged; they keep no others from leaving, and are tried again."""
    postpone(waiting, f"The portal could not tell whether it may leave: {error}")


def _ours(copies: Sequence[Delivery], *states: str) -> DeliveryQuerySet:
    return _held(*_named(copies), *states)


def _named(copies: Sequence[Delivery]) -> tuple[list[int], list[UUID]]:
    """One claim has one token."""
    return [copy.pk for copy in copies], list({copy.token for copy in copies})


def _held(copies: list[int], tokens: list[UUID], *states: str) -> DeliveryQuerySet:
    ours = AnyOf("pk", copies), AnyOf("token", tokens)
    return Delivery.objects.filter(*ours, state__in=states)
