"""The names of a copy, a calendar entry, a picture: the same whenever made, and nobody else's."""

import uuid
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings


def mail_id(message_id: int, address: str) -> str:
    """RFC 5322 Message-ID from what the copy is: which message, for whom, of which portal."""
    name = f"{settings.PORTAL_URL}/messages/{message_id}/{address.lower()}"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, name)}@{domain()}>"


def entry_uid(deployment_id: int) -> str:
    """The UID of a deployment's calendar entry, which every update and the cancellation bear."""
    return uid(f"deployment-{deployment_id}")


def uid(name: str) -> str:
    """What a calendar calls an entry of this portal, and no entry of another one."""
    return f"{name}@{urlsplit(settings.PORTAL_URL).hostname or domain()}"


def content_id(name: str) -> str:
    """What the page of a mail calls a picture that comes with it (RFC 2392)."""
    return f"{name}@{domain()}"


def sender() -> tuple[str, str]:
    """Name and address that the portal's mails come from."""
    name, address = _parts(settings.DEFAULT_FROM_EMAIL)
    return name or "Deploy Portal", address


def domain() -> str:
    """The domain that the portal sends from."""
    return sender()[1].rpartition("@")[2] or "localhost"


@cache
def _parts(said: str) -> tuple[str, str]:
    """It is asked several times a mail."""
    return parseaddr(said)
