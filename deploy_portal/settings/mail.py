"""`EMAIL_URL`: which mail server there is, and how it is reached."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKEND = "connections.mail_server.Backend"


class Way(NamedTuple):
    """TLS asked for (STARTTLS) or from the first byte, and the port where none is named."""

    is_asked_for: bool
    is_there: bool
    port: int


# `smtps` means what it means everywhere else: TLS from the first byte.
WAYS = {
    "smtp": Way(False, False, 25),
    "smtp+tls": Way(True, False, 587),
    "smtps": Way(False, True, 465),
    "smtp+ssl": Way(False, True, 465),
    "smtp+unix": Way(False, False, 25),
}
HOW = (
    "write it such as smtp://host:25, smtp+tls://user:password@host:587 (STARTTLS), "
    "smtps://user:password@host:465 or smtp+unix:///path/of/the/socket"
)


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings of the mail server; who can read it is said nothing of its password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL is no address: {HOW}.") from error
    way = WAYS.get(parts.scheme)
    host, besides = parts.hostname, parts.path.strip("/")
    if parts.scheme == "smtp+unix":
        host, besides = unquote(parts.path), host or ""
    if way is None or not host or besides or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server: {HOW}.")
    return {
        "EMAIL_BACKEND": BACKEND,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or way.port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": way.is_asked_for,
        "EMAIL_USE_SSL": way.is_there,
    }
