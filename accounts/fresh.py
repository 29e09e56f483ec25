"""Fresh authentication: who signs has proven within the last five minutes who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts import limits, second_factor
from accounts.models import User
from accounts.origins import address_of

SESSION_KEY = "authenticated"
PASSWORD, CODE, RECOVERY, PROVIDER = "password", "totp", "recovery code", "provider"


@dataclass(frozen=True)
class Authentication:
    """By what means somebody proved who they are, and when (UTC)."""

    means: str
    at: datetime

    def is_fresh(self) -> bool:
        age = timezone.now() - self.at
        return timedelta(0) <= age <= timedelta(seconds=settings.FRESH_AUTHENTICATION_SECONDS)


@dataclass(frozen=True)
class Ways:
    """By what somebody can prove it again."""

    password: bool
    code: bool
    provider: bool


def note(request: HttpRequest, means: str, at: datetime | None = None) -> Authentication:
    """Remember in the session that the person has just proven who they are, or when they did."""
    proof = Authentication(means, at or timezone.now())
    request.session[SESSION_KEY] = {"means": proof.means, "at": proof.at.isoformat()}
    return proof


def current(request: HttpRequest) -> Authentication | None:
    """The last proof of this session if it is still fresh."""
    stored = request.session.get(SESSION_KEY)
    if not stored:
        return None
    proof = Authentication(stored["means"], datetime.fromisoformat(stored["at"]))
    return proof if proof.is_fresh() else None


def ways_of(person: User) -> Ways:
    return Ways(
        password=person.has_usable_password(),
        code=second_factor.is_on(person),
        provider=is_linked(person),
    )


def is_linked(person: User) -> bool:
    """Whether the provider of now knows the person; one that was there before says nothing."""
    linked = SocialAccount.objects.filter(user=person, provider=settings.OIDC_ISSUER)
    return bool(settings.OIDC_ISSUER) and linked.exists()


def prove(request: HttpRequest, password: str, code: str = "") -> Authentication | str:
    """A new proof by password or code, or the sentence why it is none.

    The password check costs CPU on purpose: call it before any lock is taken.
    """
    user = request.user
    if not isinstance(user, User):
        return "Sign in first."
    guesses = [limits.CODE.of(user.pk)]
    if not code:
        guesses = limits.for_password(user.username, address_of(request))
    if full := limits.refusal(guesses):
        return full
    if code and not second_factor.is_code(user, code):
        return "That code is not right, or was used already; nothing was signed."
    if not code and not user.check_password(password):
        return "That password is not right; nothing was signed."
    limits.take_back(guesses)
    return note(request, CODE if code else PASSWORD)
