"""The code of an authenticator app (TOTP), and the recovery codes for when it is lost.

Secrets and their arithmetic are django-allauth's; which code was used last is noted in the row
itself, under its lock, since a cache may be emptied and a code counts once.
"""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import User

USED = "used_counter"
Type = Authenticator.Type


def is_on(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person, type=Type.TOTP).exists())


def new_secret() -> str:
    return str(generate_totp_secret())


def address_for(person: User, secret: str) -> str:
    """What the app reads: otpauth://…, as text and in the square picture."""
    return str(get_adapter().build_totp_url(person, secret))


@transaction.atomic
def turn_on(person: User, secret: str, code: str) -> list[str]:
    """The recovery codes, or none where the code is not the app's; whoever calls holds no lock."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    counter = _counter_of(secret, code, after=0)
    if counter is None or is_on(person):
        return []
    row = TOTP.activate(person, secret).instance
    row.data[USED] = counter
    row.save(update_fields=["data"])
    return new_recovery_codes(person)


@transaction.atomic
def turn_off(person: User) -> None:
    """Recovery codes go with it."""
    Authenticator.objects.filter(user=person).delete()


@transaction.atomic
def new_recovery_codes(person: User) -> list[str]:
    """Those made before are of no use from then on."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).delete()
    return [spaced(code) for code in RecoveryCodes.activate(person).generate_codes()]


def codes_left(person: User) -> int:
    row = Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


@transaction.atomic
def is_code(person: User, code: str) -> bool:
    """Whether it is the app's of now; each counts once, and none that is older than the last."""
    row = Authenticator.objects.select_for_update().filter(user=person, type=Type.TOTP).first()
    if row is None:
        return False
    counter = _counter_of(decrypt(row.data["secret"]), code, after=row.data.get(USED, 0))
    if counter is None:
        return False
    row.data[USED] = counter
    row.save(update_fields=["data"])
    row.record_usage()
    return True


def is_recovery_code(person: User, code: str) -> bool:
    """Whether it is one that was not used yet; from now on it was."""
    row = Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).first()
    return row is not None and RecoveryCodes(row).validate_code(bare(code))


def bare(code: str) -> str:
    """Apps show codes in two groups, and people type them so."""
    return "".join(code.split()).replace("-", "")


def spaced(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def _counter_of(secret: str, code: str, *, after: int) -> int | None:
    counter: int
    for counter in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > after and constant_time_compare(expected, bare(code)):
            return counter
    return None
