"""Sends what is due: one transaction per recipient, over a connection that is kept for many."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.db import InterfaceError, OperationalError, connection

from communications.bounces import bouncing
from communications.bounces.reports import says_no_mailbox
from communications.exceptions import Unsendable, Unwritten
from communications.models import Delivery
from communications.sending import backlog, dispatch, leaving
from communications.sending.handover import Result, hand_over
from communications.sending.leaving import Begun, Handed
from communications.sending.line import MOST_CLAIMED, Line
from communications.services import SWEEP
from communications.writing.mails import Texts, checked, envelope_sender
from deployments import clock, hints, provenance, ticks

# So long the outcome of a batch is kept for a database that is just restarting.
FINISH_AGAIN_AFTER = (0.5, 1, 2, 4, 8, 16)
# A mail server that hangs must not hold every thread of the process.
_seats = threading.BoundedSemaphore(3)
# Two would wait for each other's locks, message by message; others send what is written already.
_writing = threading.Lock()
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ready:
    """A copy as it goes over the wire."""

    copy: Delivery
    recipient: str
    content: bytes


def sweep() -> None:
    """Everything that is due now, unless this process already has enough senders at work."""
    if not _seats.acquire(blocking=False):
        _note_backlog()
        return
    try:
        with provenance.acting("worker"):
            _tell(_expand_due() | dispatch.recover())
            _note_backlog()
            _send_all()
            dispatch.note_first_copies()
    finally:
        _seats.release()


def _expand_due() -> set[int]:
    """What is due gets its copies, unless this process is at it already."""
    if not _writing.acquire(blocking=False):
        return set()
    try:
        return dispatch.expand_due()
    finally:
        _writing.release()


def _note_backlog() -> None:
    """For the banner on every page, which asks nothing but what is noted here."""
    ticks.note(ticks.MAIL, waiting_since=backlog.waiting_since(clock.now()))


def _send_all() -> None:
    line, has_asked = Line(), False
    try:
        while copies := dispatch.claim(line.pace.share):
            if len(copies) == line.pace.share and not has_asked:
                # There is more than one has hands for, and whoever has nothing to do hears of it.
                hints.hint(SWEEP)
                has_asked = True
            if not send(copies, line):
                leaving.postpone(dispatch.claim(MOST_CLAIMED), line.trouble)
                break
    finally:
        line.close()


def send(copies: list[Delivery], line: Line) -> bool:
    """Send one batch; False if the mail server cannot be reached and the rest has to wait."""
    may_leave, held = bouncing.held_back(dispatch.settle(copies))
    for copy, why in held:
        leaving.fail(copy, why)
    reached = _send_each(may_leave, Texts(), line)
    dispatch.note_first_copies()
    _tell({copy.message.deployment_id for copy in copies})
    return reached


def _send_each(waiting: list[Delivery], texts: Texts, line: Line) -> bool:
    """A few copies of one message at a time, until none is left."""
    rest = waiting
    while rest:
        try:
            size = line.reach()
        except OSError as error:
            leaving.postpone(rest, line.trouble)
            logger.warning("the mail server cannot be reached, mails wait: %s", error)
            return False
        message = rest[0].message_id
        batch = list(takewhile(lambda copy: copy.message_id == message, rest[:size]))  # noqa: B023
        rest = _send_batch(_ready(batch, texts), line) + rest[len(batch) :]
    return True


def _ready(batch: list[Delivery], texts: Texts) -> list[Ready]:
    """What can be sent; the others fail, each by itself."""
    found = []
    for copy in batch:
        try:
            recipient = checked(copy.address)
            found.append(Ready(copy, recipient, texts.written(copy)))
        except Unsendable as error:
            leaving.fail(copy, str(error))
            if isinstance(error, Unwritten):
                dispatch.note_unwritten(copy.message, str(error))
    return found


def _send_batch(ready: Sequence[Ready], line: Line) -> list[Delivery]:
    """Begin them together, hand each over, note them together; those that are still to be sent."""
    begun = leaving.begin([one.copy for one in ready]) if ready else Begun([])
    if not begun.copies:
        return []
    handed: list[Handed] = []
    try:
        _hand_over(ready, begun, line, handed)
    except BaseException:
        line.close()  # in the middle of a transaction; the server forgets it
        raise
    finally:
        _finish(begun, handed)
    for copy, outcome in handed:
        if outcome.result == Result.NEVER and says_no_mailbox(outcome.said):
            bouncing.note_refused(copy, outcome.said)
    done = {copy.pk for copy, _ in handed}
    return [copy for copy in begun.copies if copy.pk not in done]


def _hand_over(ready: Sequence[Ready], begun: Begun, line: Line, handed: list[Handed]) -> None:
    """Until all are handed over, something happened to the deployment, or it takes too long."""
    began, ours = time.monotonic(), {copy.pk for copy in begun.copies}
    for one in ready:
        if one.copy.pk not in ours:
            continue
        outcome = hand_over(
            line.smtp(), envelope_sender(), one.recipient, one.content, begun.kept_back
        )
        if outcome.result == Result.WITHHELD:
            return
        handed.append((one.copy, outcome))
        if not outcome.usable:
            line.close()
        if not outcome.usable or line.pace.is_over(began):
            break
    line.pace.learn(began)


def _finish(begun: Begun, handed: list[Handed]) -> None:
    """Only this process knows what became of them, so it does not forget it at the first error."""
    for pause in FINISH_AGAIN_AFTER:
        try:
            return leaving.finish(begun, handed)
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("the database does not take what became of %s: %s", handed, error)
            connection.close()
            time.sleep(pause)
    return leaving.finish(begun, handed)


def _tell(deployment_ids: set[int]) -> None:
    for deployment_id in sorted(deployment_ids):
        hints.changed(deployment_id)
