"""Sends what is due: one kept SMTP connection per batch, one transaction per recipient."""

from __future__ import annotations

import logging
import smtplib
import threading
from email.utils import formataddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.db import DatabaseError

from communications import (
    audience,
    backlog,
    bouncing,
    calendar_entries,
    dispatch,
    ics,
    identity,
    letters,
    links,
)
from communications.dispatch import Handed
from communications.enums import EntryStatus
from communications.exceptions import Unsendable
from communications.handover import hand_over
from communications.letters import Facts, Letter, Reader
from communications.models import Delivery
from deployments import clock, hints, provenance, ticks

BATCH = 100
COPIES_PER_CONNECTION = 100
# A mail server that hangs must not hold every thread of the process.
_seats = threading.BoundedSemaphore(3)
logger = logging.getLogger(__name__)


class Line:
    """The connection to the mail server, reopened now and then and after every trouble."""

    def __init__(self) -> None:
        self._backend = EmailBackend(timeout=settings.EMAIL_TIMEOUT)
        self._used = 0

    @property
    def is_open(self) -> bool:
        return self._backend.connection is not None and self._used < COPIES_PER_CONNECTION

    def smtp(self) -> smtplib.SMTP:
        """Raises OSError, of which SMTPException is a kind, while the server cannot be reached."""
        if self._used >= COPIES_PER_CONNECTION:
            self.close()
        self._backend.open()
        self._used += 1
        assert self._backend.connection is not None
        return self._backend.connection

    def close(self) -> None:
        self._used = 0
        try:
            self._backend.close()
        except OSError as error:
            logger.info("the mail server did not say goodbye: %s", error)
        self._backend.connection = None


class Texts:
    """The letters of one batch; readers of one zone and part who know the same share theirs."""

    def __init__(self) -> None:
        self._facts: dict[int, Facts] = {}
        self._letters: dict[tuple[int, Reader], Letter] = {}
        self._working: dict[int, set[int]] = {}
        self._entries: dict[tuple[int, str, bool], str] = {}

    def mail(self, copy: Delivery) -> bytes:
        """Raises Unsendable for whatever is wrong with a text, since the others are to go out."""
        try:
            return written(copy, self._letter(copy), self._entry(copy))
        except Unsendable:
            raise
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("message %s could not be written", copy.message_id)
            raise Unsendable(f"The text could not be written: {error}") from error

    def _letter(self, copy: Delivery) -> Letter:
        message = copy.message
        if message.pk not in self._facts:
            self._facts[message.pk] = letters.gather(message, message.deployment)
        facts = self._facts[message.pk]
        reader = letters.reader_of(copy, facts)
        key = (message.pk, reader)
        if key not in self._letters:
            self._letters[key] = letters.compose(facts, reader)
        return self._letters[key]

    def _entry(self, copy: Delivery) -> str:
        """The calendar entry that goes along, or nothing; only its recipient is each one's own."""
        if copy.entry == EntryStatus.NONE:
            return ""
        service = copy.message.deployment.service
        if service.pk not in self._working:
            self._working[service.pk] = audience.working(service)
        is_technical = copy.user_id in self._working[service.pk]
        key = (copy.message_id, copy.entry, is_technical)
        if key not in self._entries:
            self._entries[key] = calendar_entries.of_copy(copy, is_technical=is_technical)
        return ics.addressed(self._entries[key], copy.name, copy.address)


def sweep() -> None:
    """Everything that is due now, unless this process already has enough senders at work."""
    if not _seats.acquire(blocking=False):
        _note_backlog()
        return
    try:
        with provenance.acting("worker"):
            _tell(dispatch.expand_due() | dispatch.recover())
            _note_backlog()
            _send_all()
            dispatch.note_first_copies()
    finally:
        _seats.release()


def _note_backlog() -> None:
    """For the banner on every page, which asks nothing but what is noted here."""
    ticks.note(ticks.MAIL, waiting_since=backlog.waiting_since(clock.now()))


def _send_all() -> None:
    line = Line()
    try:
        while copies := dispatch.claim(BATCH):
            if not send(copies, line):
                break
    finally:
        line.close()


def send(copies: list[Delivery], line: Line) -> bool:
    """Send one batch; False if the mail server cannot be reached and the rest has to wait."""
    leaving, held = bouncing.held_back(dispatch.settle(copies))
    for copy, why in held:
        dispatch.fail(copy, why)
    reached = _send_each(leaving, Texts(), line)
    dispatch.note_first_copies()
    _tell({copy.message.deployment_id for copy in copies})
    return reached


def _send_each(waiting: list[Delivery], texts: Texts, line: Line) -> bool:
    """One after the other; what became of one is noted with the beginning of the next.

    At most one copy is in a dead worker's hands, since no other begins before that is noted.
    """
    last: Handed | None = None
    try:
        for place, copy in enumerate(waiting):
            try:
                last = _send_one(copy, texts, line, last)
            except OSError as error:
                dispatch.postpone(waiting[place:], f"The mail server cannot be reached: {error}")
                logger.warning("the mail server cannot be reached, mails wait: %s", error)
                return False
    finally:
        if last is not None:
            dispatch.note(*last)
    return True


def _send_one(copy: Delivery, texts: Texts, line: Line, last: Handed | None) -> Handed | None:
    """What is still to be noted; raises OSError if there is no connection, then nothing is."""
    try:
        recipient, content = checked(copy.address), texts.mail(copy)
    except Unsendable as error:
        dispatch.fail(copy, str(error))
        return last
    if last is not None and not line.is_open:
        dispatch.note(*last)  # connecting may take long, and nobody should be in doubt meanwhile
        last = None
    smtp = line.smtp()
    if not dispatch.begin(copy, after=last):
        return None
    outcome = hand_over(smtp, envelope_sender(), recipient, content)
    if not outcome.usable:
        line.close()
    return copy, outcome


def written(copy: Delivery, letter: Letter, entry: str = "") -> bytes:
    """The whole mail, line ends still to be made those of the wire.

    The calendar entry is the last of the alternatives: programs that know calendars prefer it.
    """
    deployment, headers = copy.message.deployment, dict[str, str]()
    if letter.may_leave:
        link = links.of_copy(copy)
        letter, headers = letter.to(links.address_of(link)), links.headers_of(link)
    mail = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[formataddr((letters.one_line(copy.name), copy.address))],
        reply_to=[letters.one_line(deployment.lead.email)] if deployment.lead.email else [],
        headers={"Message-ID": copy.mail_id, "Auto-Submitted": "auto-generated", **headers},
    )
    mail.attach_alternative(letter.html, "text/html")
    if entry:
        method = calendar_entries.method_of(copy)
        mail.attach_alternative(entry, f"text/calendar; method={method}")
    try:
        return mail.message().as_bytes()
    except ValueError as error:
        raise Unsendable(f"The mail could not be written: {error}") from error


def checked(address: str) -> str:
    """The recipient as the mail server wants it; raises Unsendable for what is no address."""
    try:
        validate_email(address)
    except ValidationError:
        raise Unsendable(f"“{letters.one_line(address)}” is not a mail address.") from None
    return sanitize_address(address, "utf-8")


def envelope_sender() -> str:
    return identity.sender()[1]


def _tell(deployment_ids: set[int]) -> None:
    for deployment_id in sorted(deployment_ids):
        hints.changed(deployment_id)
