"""Sends the test copies that people asked for; only what a mail server took is called sent."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError

from communications import services
from communications.enums import TrialState
from communications.exceptions import Unsendable
from communications.models import BouncingAddress, Delivery, Message, Trial
from communications.sending.handover import Result, hand_over
from communications.sending.line import Line
from communications.whom.audience import recipient_for
from communications.writing import letters, reading
from communications.writing.letters import Letter
from communications.writing.mails import Mail, checked, envelope_sender
from deployments import clock, hints
from deployments.models import Deployment

LEASE = timedelta(seconds=180)
AT_ONCE = 20
# A mail server that hangs holds one thread of the process here, and no more.
_seat = threading.Lock()
logger = logging.getLogger(__name__)


def sweep() -> None:
    """Each once and no more: a test copy that was not sent is asked for again by its person."""
    if not _seat.acquire(blocking=False):
        return
    try:
        _give_up_lost()
        _send_due()
    finally:
        _seat.release()


def _give_up_lost() -> None:
    now = clock.now()
    Trial.objects.lost(now).update(
        state=TrialState.FAILED, ended_at=now, lease_until=None, said="The worker ended."
    )


def _send_due() -> None:
    line = Line()
    try:
        for pk in Trial.objects.due().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
            _send(pk, line)
    finally:
        line.close()


def _send(pk: int, line: Line) -> None:
    token = uuid.uuid4()
    free = Trial.objects.due().filter(pk=pk)
    lease = clock.now() + LEASE
    if not free.update(state=TrialState.TAKEN, token=token, lease_until=lease):
        return
    trial = Trial.objects.select_related("user").get(pk=pk)
    message = _message(trial)
    said = _handed_over(trial, message, line)
    Trial.objects.filter(pk=pk, token=token).update(
        state=TrialState.FAILED if said else TrialState.SENT,
        said=said,
        ended_at=clock.now(),
        lease_until=None,
    )
    hints.changed(message.deployment_id)


def _message(trial: Trial) -> Message:
    if trial.message_id:
        found = Message.objects.select_related("plan", "event").get(pk=trial.message_id)
        deployment = Deployment.objects.with_names().get(pk=found.deployment_id)
        found.deployment = deployment
        return found
    assert trial.plan is not None
    deployment = Deployment.objects.with_names().get(pk=trial.plan.deployment_id)
    return services.message_of_line(trial.plan, deployment)


def _handed_over(trial: Trial, message: Message, line: Line) -> str:
    """Nothing if the mail server took it, else why not."""
    if row := BouncingAddress.objects.among([trial.address]).first():
        return row.sentence
    copy = Delivery(
        message=message,
        name=str(trial.user),
        address=trial.address,
        mail_id=f"<trial-{trial.token}@{envelope_sender().rpartition('@')[2]}>",
    )
    try:
        content = Mail(_composed(trial, message), message.deployment).to(copy)
        outcome = hand_over(line.smtp(), envelope_sender(), checked(copy.address), content)
    except Unsendable as error:
        return str(error)
    except OSError as error:
        line.close()
        return f"The mail server cannot be reached: {error}"
    if not outcome.usable:
        line.close()
    return "" if outcome.result == Result.ACCEPTED else outcome.said


def _composed(trial: Trial, message: Message) -> Letter:
    """A text that cannot be written must not keep the test copies of others from leaving."""
    try:
        return _letter(trial, message)
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("test copy %s could not be written", trial.pk)
        raise Unsendable(f"The text could not be written: {error}") from error


def _letter(trial: Trial, message: Message) -> Letter:
    """What its person would get, marked as a test where they look first."""
    facts = reading.gather(message, message.deployment)
    usual = reading.reader_for(facts, recipient_for(trial.user))
    # The link by which one leaves is of no use in a test.
    reader = replace(usual, is_technical=trial.is_technical, may_leave=False)
    letter = letters.compose(facts, reader)
    return replace(letter, subject=f"[Test] {letter.subject}"[: letters.LONGEST_SUBJECT])
