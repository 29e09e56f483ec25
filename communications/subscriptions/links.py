"""The link by which one person leaves, or comes back, without signing in.

It is signed with the portal's key and names an entry of a list, or an account, a service and the
address that the mail went to. It never expires: a mail of last year leaves as well.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from communications.models import Delivery, OptOut, Stakeholder
from communications.subscriptions.subscribers import Subscriber, of_account
from deployments.models import Service

# Another purpose has another salt, so that no other signed value of the portal is one of these.
SALT = "communications.subscription"
_MARK = "0.0"  # as a link is written: of letters, digits, `-`, `_` and dots alone
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def of_copy(copy: Delivery) -> str:
    """The part of the address that names who got this copy, where it went.

    It speaks for that address: an account or an entry may have another one when the mail is read,
    and an old mail is in whoever's mailbox it came to.
    """
    entry = copy.stakeholder
    if entry is not None and entry.address.lower() == copy.address.lower():
        return of_entry(entry)
    return _signed([copy.user_id or 0, copy.message.deployment.service_id, copy.address])


def of_entry(entry: Stakeholder) -> str:
    return _signed([entry.key.hex])


def address_of(link: str, page: str = "subscription") -> str:
    before, after = _around(page)
    return f"{settings.PORTAL_URL}{before}{link}{after}"


@cache
def _around(page: str) -> list[str]:
    """What stands before and after the link; `reverse` looks for that anew for each of them."""
    return reverse(f"communications:{page}", args=[_MARK]).split(_MARK)


def headers_of(link: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058; mail programs ask for one click over https only."""
    return {
        "List-Unsubscribe": f"<{address_of(link, 'leave')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def read(link: str) -> Subscriber | None:
    """Whom the link names; nobody if it is forged or cut, or its address left the list."""
    try:
        match _signer().unsign_object(link):
            case [str(key)]:
                return _of_entry(UUID(key))
            case [int(user), int(service)]:
                return _of_account(user, service)
            case [int(user), int(service), str(address)]:
                return _of_address(user, service, address)
    except (BadSignature, ValueError):
        return None
    return None


def _of_entry(key: UUID) -> Subscriber | None:
    entry = Stakeholder.objects.select_related("service", "user").filter(key=key).first()
    if entry is not None:
        return Subscriber(entry.service, entry.address, entry.user, entry)
    left = OptOut.objects.select_related("service").filter(key=key).first()
    return Subscriber(left.service, left.address) if left else None


def _of_account(user_pk: int, service_pk: int) -> Subscriber | None:
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    service = Service.objects.filter(pk=service_pk).first()
    return of_account(service, user) if user and service else None


def _of_address(user_pk: int, service_pk: int, address: str) -> Subscriber | None:
    """The account while the address is its own; else whoever is listed there, or it alone."""
    who = _of_account(user_pk, service_pk)
    if who is not None and who.address.lower() == address.lower():
        return who
    service = Service.objects.filter(pk=service_pk).first()
    if service is None:
        return None
    listed = Stakeholder.objects.select_related("user").filter(service=service)
    entry = listed.filter(address__iexact=address).first()
    user = entry.user if entry else None
    return Subscriber(service, address, user, entry, was_written_to=True)


def _signed(names: list[Any]) -> str:
    return str(_signer().sign_object(names))


def _signer() -> Any:
    """Made when it is needed, so that it knows the keys of now and of before."""
    return Signer(salt=SALT, sep=".")
