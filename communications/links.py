"""The link by which one person leaves, or comes back, without signing in.

It is signed with the portal's key and names an entry of a list, or an account and a service, by
keys that mean nothing elsewhere. It never expires: a mail of last year leaves as well.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from communications.models import Delivery, OptOut, Stakeholder
from communications.subscribers import Subscriber, of_account
from deployments.models import Service

# Another purpose has another salt, so that no other signed value of the portal is one of these.
SALT = "communications.subscription"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def of_copy(copy: Delivery) -> str:
    """The part of the address that names who got this copy."""
    if copy.stakeholder is not None:
        return of_entry(copy.stakeholder)
    assert copy.user_id is not None
    return _signed([copy.user_id, copy.message.deployment.service_id])


def of_entry(entry: Stakeholder) -> str:
    return _signed([entry.key.hex])


def address_of(link: str, page: str = "subscription") -> str:
    return f"{settings.PORTAL_URL}{reverse(f'communications:{page}', args=[link])}"


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


def _signed(names: list[Any]) -> str:
    return str(_signer().sign_object(names))


def _signer() -> Any:
    """Made when it is needed, so that it knows the keys of now and of before."""
    return Signer(salt=SALT, sep=".")
