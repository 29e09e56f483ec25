"""Where somebody is signed in: noted at sign-in, seen now and then, ended by their word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import OpenSession, User
from accounts.origins import address_of

SEEN = "seen"
SEEN_EVERY = timedelta(minutes=5)
# The first that is named: Edge and Opera call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
PROGRAM = re.compile(r"[\w.-]{1,40}")


class SeenMiddleware:
    """Notes every five minutes that a session is in use; no other request costs a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Only where the page asked who it is; a page that does not shall not look for a session.
        user = getattr(request, "_cached_user", None)
        if isinstance(user, User) and request.session.session_key and _was_long_ago(request):
            note(request, user)
        return response


def note(request: HttpRequest, person: User) -> None:
    """This session is in use by this person; its key may be new since it was seen last."""
    now = timezone.now()
    request.session[SEEN] = int(now.timestamp())
    if request.session.session_key is None:
        request.session.create()
    OpenSession.objects.update_or_create(
        key=request.session.session_key,
        defaults={"user": person, "address": address_of(request) or None, "seen_at": now},
        create_defaults={
            "user": person,
            "address": address_of(request) or None,
            "browser": browser_of(request),
            "since": now,
            "seen_at": now,
        },
    )


def follow(request: HttpRequest, person: User, was: str | None) -> None:
    """The session got another key; it is the same one to its owner."""
    OpenSession.objects.filter(key=was, user=person).update(key=request.session.session_key)


def open_sessions_of(person: User) -> list[OpenSession]:
    """The one in use last stands first."""
    keys = list(person.open_sessions.values_list("key", flat=True))
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = set(live.values_list("session_key", flat=True))
    return [one for one in person.open_sessions.all() if one.key in alive]


def end(person: User, *, pk: int | None = None, besides: str | None = None) -> int:
    """End one, or all but the one with this key; how many of them there were."""
    found = person.open_sessions.exclude(key=besides or "")
    if pk is not None:
        found = found.filter(pk=pk)
    keys = list(found.values_list("key", flat=True))
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    found.delete()
    return ended


def browser_of(request: HttpRequest) -> str:
    """As its owner would call it: "Firefox on Windows", or the program's own name."""
    said = str(request.META.get("HTTP_USER_AGENT", ""))
    browser = next((name for sign, name in BROWSERS if sign in said), "")
    system = next((name for sign, name in SYSTEMS if sign in said), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    program = PROGRAM.match(said)
    return program[0] if program else "Unknown browser"


def _was_long_ago(request: HttpRequest) -> bool:
    seen = request.session.get(SEEN, 0)
    return bool(timezone.now().timestamp() - seen >= SEEN_EVERY.total_seconds())


def _signed_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    """Also sweeps away what is left of this person's sessions that are gone."""
    if request is None or not isinstance(user, User):
        return
    note(request, user)
    alive = [one.pk for one in open_sessions_of(user)]
    user.open_sessions.exclude(pk__in=alive).exclude(key=request.session.session_key).delete()


def _signed_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    OpenSession.objects.filter(key=request.session.session_key).delete()


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.sessions")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.sessions")
