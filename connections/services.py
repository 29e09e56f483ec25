"""Finding the connection under which an address may be asked."""

import httpx

from connections.addresses import is_below
from connections.exceptions import Blocked
from connections.models import Connection


def connection_for(url: str, service_key: str) -> Connection | None:
    """The service's connection with the longest address above this one."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
    if target.scheme not in {"http", "https"} or not target.host:
        return None
    declared = Connection.objects.for_service(service_key)
    above = [found for found in declared if is_below(target, found.base_url)]
    return max(above, key=lambda found: len(found.base_url), default=None)


def connection_named(key: str | None, service_key: str) -> Connection | None:
    """The declared connection; one that is gone or not for this service raises `Blocked`.

    It never widens to the public addresses.
    """
    if not key:
        return None
    found = Connection.objects.filter(key=key).first()
    if found is None:
        raise Blocked(f"The connection “{key}” is no longer declared; ask an administrator.")
    if not found.is_for(service_key):
        raise Blocked(sentence_of_another_service(key))
    return found


def connection_to_post_to(key: str | None, service_key: str) -> Connection | None:
    """Like `connection_named`; one that was declared for asking only raises `Blocked`, too."""
    found = connection_named(key, service_key)
    if found is not None and not found.may_be_posted_to:
        raise Blocked(
            f"The connection “{key}” is for asking only; an administrator has to say that it may be"
            " posted to."
        )
    return found


def refusal_by_service(key: str | None, service_key: str) -> str:
    """Why this service may not name the connection; empty if it may, or if there is none.

    One that is gone is said where it is measured: what was planned stays readable.
    """
    found = Connection.objects.filter(key=key).first() if key else None
    if found is None or found.is_for(service_key):
        return ""
    return sentence_of_another_service(found.key)


def sentence_of_another_service(key: str) -> str:
    return f"The connection “{key}” is not for this service; ask an administrator to open it."
