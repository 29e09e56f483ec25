"""Who edits a stakeholder list, and what may stand in it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.zones import InstantError, zone_of
from communications.models import Stakeholder
from communications.policies import refusal_of_address
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.models import Service
from deployments.policies import Rights, refusal_without

MOST_AT_ONCE = 2000
LONGEST_NAME = 120
LONGEST_ADDRESS = 254


def refusal_to_list(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "edit its stakeholder list")


def refusal_of_number(number: int) -> Refused | None:
    if number == 0:
        return Invalid("Name at least one stakeholder.")
    if number > MOST_AT_ONCE:
        return Invalid(f"{number} stakeholders are too many at once; add {MOST_AT_ONCE} at most.")
    return None


def refusal_of_entry(name: str, address: str, language: str, zone: str) -> Refused | None:
    return (
        refusal_of_name(name)
        or refusal_of_listed_address(address)
        or refusal_of_language(language)
        or refusal_of_zone(zone)
    )


def refusal_of_name(name: str) -> Refused | None:
    """It stands in the header of a mail, where a line break would begin another header."""
    if not name.strip():
        return Invalid("Say how the stakeholder is called.")
    if not name.isprintable():
        return Invalid(
            "The name contains a line break or another character that cannot be seen; "
            "write it in one line."
        )
    if len(name) > LONGEST_NAME:
        return Invalid(f"The name has {len(name)} characters; {LONGEST_NAME} are the most.")
    return None


def refusal_of_listed_address(address: str) -> Refused | None:
    if not address:
        return Invalid("Write the stakeholder's mail address.")
    if not address.isprintable():
        return Invalid(
            "The address contains a line break or another character that cannot be seen; "
            "write one address in one line."
        )
    if len(address) > LONGEST_ADDRESS:
        return Invalid(f"The address has {len(address)} characters; {LONGEST_ADDRESS} at most.")
    return refusal_of_address(address)


def refusal_of_language(code: str) -> Refused | None:
    if code in dict(settings.LANGUAGES):
        return None
    return Invalid(f"“{code[:16]}” is no language that the portal knows; choose one of the list.")


def refusal_of_zone(name: str) -> Refused | None:
    try:
        zone_of(name)
    except InstantError as error:
        return Invalid(str(error))
    return None


def refusal_of_doubles(
    service: Service, addresses: Sequence[str], *, besides: Stakeholder | None = None
) -> Refused | None:
    """Two of the given addresses, or one of them and one of the list, are the same."""
    listed = listed_in(service, besides=besides)
    seen = set[str]()
    for address in addresses:
        key = address.lower()
        if key in seen:
            return Invalid(f"{address} is named twice; one person gets one copy.")
        if key in listed:
            return refusal_by_entry(address, listed[key])
        seen.add(key)
    return None


def refusal_by_entry(address: str, name: str) -> Refused:
    return Refused(f"{address} is on the list already, as {name}.")


def listed_in(service: Service, *, besides: Stakeholder | None = None) -> dict[str, str]:
    """The names on the list by their addresses in small letters."""
    rows = Stakeholder.objects.filter(service=service)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return {address.lower(): name for address, name in rows.values_list("address", "name")}
