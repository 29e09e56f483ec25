"""The one place that begins a session, after whatever proved who comes in, and shuts one out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import fresh, sessions
from accounts.models import User

BACKEND = "accounts.backends.PersonBackend"
HALF = "half signed in"
EXPECTED = "expected username"
HALF_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Half:
    """Somebody whose password was right and whose code is still to come."""

    person: User
    following: str


def begin(request: HttpRequest, person: User, following: str) -> None:
    """The password was right; the session knows it, and nobody is signed in by it."""
    request.session[HALF] = {
        "user": person.pk,
        "hash": person.get_session_auth_hash(),
        "at": timezone.now().isoformat(),
        "next": following,
    }


def half_of(request: HttpRequest) -> Half | None:
    """Over after ten minutes, and when the password or the account changed meanwhile."""
    kept = request.session.get(HALF)
    if not kept or timezone.now() - datetime.fromisoformat(kept["at"]) > HALF_LASTS:
        return None
    person = User.objects.filter(pk=kept["user"]).first()
    if person is None or not may_enter(person):
        return None
    if not constant_time_compare(person.get_session_auth_hash(), kept["hash"]):
        return None
    return Half(person, kept["next"])


def may_enter(person: User) -> bool:
    """A machine and a deactivated account have no session, by whatever way they come."""
    return person.is_active and person.is_person


def enter(request: HttpRequest, person: User, means: str, at: datetime | None = None) -> None:
    """`at` says when the proof was given where that was not now; it may be too old to sign by."""
    assert may_enter(person)
    for key in (HALF, EXPECTED):
        request.session.pop(key, None)
    login(request, person, backend=BACKEND)
    fresh.note(request, means, at)


def shut_out(person: User) -> None:
    """For an account that has closed. Sessions are bound to the password, which ends with them, so
    that coming back revives none."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    sessions.end(person)
