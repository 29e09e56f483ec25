"""From where a request comes, as history and the list of sessions keep it."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """What is no address is not recorded as one; a zone (fe80::1%eth0) means nothing elsewhere."""
    told = str(request.META.get("REMOTE_ADDR", ""))
    try:
        return str(ip_address(told.partition("%")[0]))
    except ValueError:
        return ""
