"""Finding the connection under which an address may be asked."""

import httpx

from connections.addresses import is_below
from connections.exceptions import Blocked
from connections.models import Connection


def connection_for(url: str) -> Connection | None:
    """The declared connection with the longest address above this one."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
    if target.scheme not in {"http", "https"} or not target.host:
        return None
    above = [found for found in Connection.objects.all() if is_below(target, found.base_url)]
    return max(above, key=lambda found: len(found.base_url), default=None)


def connection_named(key: str | None) -> Connection | None:
    """The declared connection; a key that is gone blocks rather than widening to the public."""
    if not key:
        return None
    found = Connection.objects.filter(key=key).first()
    if found is None:
        raise Blocked(f"The connection “{key}” is no longer declared; ask an administrator.")
    return found
