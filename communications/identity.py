"""The Message-ID of a copy: the same whenever it is made, and nobody else's."""

import uuid
from email.utils import parseaddr

from django.conf import settings


def mail_id(message_id: int, address: str) -> str:
    """RFC 5322 Message-ID from what the copy is: which message, for whom, of which portal."""
    name = f"{settings.PORTAL_URL}/messages/{message_id}/{address.lower()}"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, name)}@{domain()}>"


def domain() -> str:
    """The domain that the portal sends from."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address.rpartition("@")[2] or "localhost"
