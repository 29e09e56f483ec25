"""From where a request comes, as history and the list of sessions keep it."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """What is no address is not recorded as one; a zone (fe80::1%eth0) means nothing elsewhere.

    A socket that listens for both kinds writes IPv4 as ::ffff:192.0.2.1; that is 192.0.2.1, and
    not one of a single IPv6 subscriber's.
    """
    told = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ip_address(told.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
