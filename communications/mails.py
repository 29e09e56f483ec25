"""A letter as a mail: written once for all who read the same, addressed to each of them."""

from __future__ import annotations

import logging
from email.utils import formataddr, formatdate, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers, sanitize_address
from django.core.validators import validate_email
from django.db import DatabaseError

from communications import letters
from communications.exceptions import Unsendable, Unwritten
from communications.letters import Facts, Letter, Reader
from communications.models import Delivery
from deployments.models import Deployment

OF_EACH_READER = ("To", "Message-ID", "Date")
logger = logging.getLogger(__name__)


class Mail:
    """All but the headers that are each reader's own; writing those anew takes a tenth as long."""

    def __init__(self, letter: Letter, deployment: Deployment) -> None:
        lead = letters.one_line(deployment.lead.email)
        mail = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            reply_to=[lead] if lead else [],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(letter.html, "text/html")
        whole = mail.message()
        for name in OF_EACH_READER:
            del whole[name]
        self._rest = whole.as_bytes()

    def to(self, copy: Delivery) -> bytes:
        """The whole mail, line ends still to be made those of the wire."""
        own = {
            "To": formataddr((letters.one_line(copy.name), copy.address)),
            "Message-ID": copy.mail_id,
            "Date": formatdate(),
        }
        try:
            lines = [forbid_multi_line_headers(name, said, "utf-8") for name, said in own.items()]
            head = "".join(f"{name}: {said}\n" for name, said in lines).encode("ascii")
        except ValueError as error:  # of which BadHeaderError is a kind
            raise Unsendable(f"The mail could not be written: {error}") from error
        return head + self._rest


class Texts:
    """The letters of one batch; readers of one zone and part who know the same share theirs."""

    def __init__(self) -> None:
        self._facts: dict[int, Facts] = {}
        self._mails: dict[tuple[int, Reader], Mail] = {}

    def written(self, copy: Delivery) -> bytes:
        """Raises Unsendable for whatever is wrong with a text, since the others are to go out."""
        try:
            mail = self._mail(copy)
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("message %s could not be written", copy.message_id)
            raise Unwritten(f"The text could not be written: {error}") from error
        return mail.to(copy)

    def _mail(self, copy: Delivery) -> Mail:
        message = copy.message
        if message.pk not in self._facts:
            self._facts[message.pk] = letters.gather(message, message.deployment)
        facts = self._facts[message.pk]
        reader = letters.reader_of(copy, facts)
        key = (message.pk, reader)
        if key not in self._mails:
            self._mails[key] = Mail(letters.compose(facts, reader), message.deployment)
        return self._mails[key]


def checked(address: str) -> str:
    """The recipient as the mail server wants it; raises Unsendable for what is no address."""
    try:
        validate_email(address)
    except ValidationError:
        raise Unsendable(f"“{letters.one_line(address)}” is not a mail address.") from None
    return sanitize_address(address, "utf-8")


def envelope_sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
