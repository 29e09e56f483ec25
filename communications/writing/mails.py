"""A letter as a mail, addressed to each of its readers.

It is written once for all who read the same; what is each one's own is put in where it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from email.message import Message as Part
from email.mime.image import MIMEImage
from email.utils import formataddr, formatdate

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import (
    SafeMIMEMultipart,
    forbid_multi_line_headers,
    sanitize_address,
)
from django.core.validators import validate_email
from django.db import DatabaseError

from communications.enums import EntryStatus
from communications.exceptions import Unsendable, Unwritten
from communications.models import Delivery, Message
from communications.subscriptions import links
from communications.whom import audience
from communications.writing import calendar_entries, ics, identity, letters, reading
from communications.writing.letters import OWN_LINK, Letter
from communications.writing.reading import Facts, Reader
from deployments.fitting import one_line
from deployments.models import Deployment
from monitoring import drawing
from monitoring.figures import Picture

OF_EACH_READER = ("To", "Message-ID", "Date")
# No line of an entry is too long for a mail: RFC 5545 folds them much shorter.
ENTRY_HEAD = (
    'Content-Type: text/calendar; charset="utf-8"; method="{method}"\n'
    "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n\n"
)
PLACE_OF_LINK = OWN_LINK.encode("ascii")
logger = logging.getLogger(__name__)


class Mail:
    """All but each reader's own headers and link; those cost a small part of the whole."""

    def __init__(self, letter: Letter, deployment: Deployment) -> None:
        self._letter, self._deployment = letter, deployment
        lead = one_line(deployment.lead.email)
        mail = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            reply_to=[lead] if lead else [],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(letter.html, "text/html")
        whole = mail.message()
        if letter.pictures:
            _enclose(whole, letter.pictures)
        for name in OF_EACH_READER:
            del whole[name]
        self._rest = whole.as_bytes()
        self._boundary = f"--{whole.get_boundary()}".encode("ascii")

    def taking(self, address: str) -> Mail:
        """This mail, or one that is written anew where a link cannot just be put in.

        Lines too long for a mail are written in another way (quoted-printable), which breaks the
        link's place; and a link that is longer than its place could make a line too long.
        """
        places = self._letter.text.count(OWN_LINK) + self._letter.html.count(OWN_LINK)
        if len(address) <= len(OWN_LINK) and self._rest.count(PLACE_OF_LINK) == places:
            return self
        return Mail(self._letter.to(address), self._deployment)

    def to(self, copy: Delivery, entry: str = "", link: str = "") -> bytes:
        """The whole mail, line ends still to be made those of the wire.

        The calendar entry is the last of the alternatives: programs that know calendars prefer it.
        """
        own = {
            "To": formataddr((one_line(copy.name), copy.address)),
            "Message-ID": copy.mail_id,
            "Date": formatdate(),
            **(links.headers_of(link) if link else {}),
        }
        try:
            lines = [forbid_multi_line_headers(name, said, "utf-8") for name, said in own.items()]
            head = "".join(f"{name}: {said}\n" for name, said in lines).encode("ascii")
        except ValueError as error:  # of which BadHeaderError is a kind
            raise Unsendable(f"The mail could not be written: {error}") from error
        whole = head + (self._with(entry, copy) if entry else self._rest)
        return whole.replace(PLACE_OF_LINK, links.address_of(link).encode()) if link else whole

    def _with(self, entry: str, copy: Delivery) -> bytes:
        head = ENTRY_HEAD.format(method=calendar_entries.method_of(copy))
        part = (head + entry.replace("\r\n", "\n")).encode()
        alternatives, boundary, _ = self._rest.rpartition(self._boundary)
        return b"".join([alternatives, boundary, b"\n", part, b"\n", boundary, b"--\n"])


def _enclose(whole: Part, pictures: Sequence[Picture]) -> None:
    """Put the page and the pictures that it shows into one part (RFC 2387) beside the text.

    They are the page's own, so that no program lists them as attachments.
    """
    parts = whole.get_payload()
    assert isinstance(parts, list)
    *before, page = parts
    related = SafeMIMEMultipart("related", type="text/html")
    related.attach(page)
    for picture in pictures:
        image = MIMEImage(drawing.png(picture), "png")
        image.add_header("Content-ID", f"<{identity.content_id(picture.name)}>")
        image.add_header("Content-Disposition", "inline", filename=f"{picture.name}.png")
        related.attach(image)
    whole.set_payload([*before, related])


class Texts:
    """The letters of one batch; readers of one zone and part who know the same share theirs."""

    def __init__(self) -> None:
        self._facts: dict[int, Facts] = {}
        self._mails: dict[tuple[int, Reader], Mail] = {}
        self._working: dict[int, set[int]] = {}
        self._entries: dict[tuple[int, str, bool], str] = {}

    def written(self, copy: Delivery) -> bytes:
        """Raises Unsendable for whatever is wrong with a text, since the others are to go out."""
        try:
            reader = self._reader(copy)
            link = links.of_copy(copy) if reader.may_leave else ""
            mail, entry = self._mail(copy.message, reader, link), self._entry(copy)
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("message %s could not be written", copy.message_id)
            raise Unwritten(f"The text could not be written: {error}") from error
        return mail.to(copy, entry, link)

    def _reader(self, copy: Delivery) -> Reader:
        message = copy.message
        if message.pk not in self._facts:
            self._facts[message.pk] = reading.gather(message, message.deployment)
        return reading.reader_for(self._facts[message.pk], copy)

    def _mail(self, message: Message, reader: Reader, link: str) -> Mail:
        key = (message.pk, reader)
        if key not in self._mails:
            letter = letters.compose(self._facts[message.pk], reader)
            self._mails[key] = Mail(letter, message.deployment)
        mail = self._mails[key]
        return mail.taking(links.address_of(link)) if link else mail

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


def checked(address: str) -> str:
    """The recipient as the mail server wants it; raises Unsendable for what is no address."""
    try:
        validate_email(address)
    except ValidationError:
        raise Unsendable(f"“{one_line(address)}” is not a mail address.") from None
    return sanitize_address(address, "utf-8")


def envelope_sender() -> str:
    return identity.sender()[1]
