"""Fresh authentication: who signs has proven within the last five minutes who they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User

SESSION_KEY = "authenticated"


@dataclass(frozen=True)
class Authentication:
    """By what means somebody proved who they are, and when (UTC)."""

    means: str
    at: datetime

    def is_fresh(self) -> bool:
        age = timezone.now() - self.at
        return timedelta(0) <= age <= timedelta(seconds=settings.FRESH_AUTHENTICATION_SECONDS)


def note(request: HttpRequest, means: str) -> Authentication:
    """Remember in the session that the person has just proven who they are."""
    proof = Authentication(means, timezone.now())
    request.session[SESSION_KEY] = {"means": proof.means, "at": proof.at.isoformat()}
    return proof


def current(request: HttpRequest) -> Authentication | None:
    """The last proof of this session if it is still fresh."""
    stored = request.session.get(SESSION_KEY)
    if not stored:
        return None
    proof = Authentication(stored["means"], datetime.fromisoformat(stored["at"]))
    return proof if proof.is_fresh() else None


def prove(request: HttpRequest, password: str) -> Authentication | None:
    """A new proof by password, or the fresh one of this session; None if neither holds.

    The password check costs CPU on purpose: call it before any lock is taken.
    """
    if not password:
        return current(request)
    user = request.user
    if not isinstance(user, User) or not user.check_password(password):
        return None
    return note(request, "password")
