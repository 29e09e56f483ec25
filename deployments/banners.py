"""What stands above every page while the portal itself is not as it should be.

Read with the signed-in person (accounts.aboard), so that no page asks a question more for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Least

from accounts.models import User
from deployments.clock import PortalNow
from deployments.enums import Grant
from deployments.models import Granted, PortalHold, Tick
from deployments.ticks import MAIL

HELD, LATE = "portal_held_since", "mail_late_since"
# So long may the oldest due copy wait, or no worker look for one, before people are told.
PATIENCE = timedelta(seconds=60)
# Besides administrators: whoever counts on mail leaving.
CONCERNED = (Grant.RELEASE_MANAGER, Grant.OPS_LEAD)


@dataclass(frozen=True)
class Banner:
    """`title` says what is so since when, `meaning` what that means, `advice` what to do."""

    title: str
    since: datetime
    meaning: str
    advice: str


def held_since() -> Subquery:
    return Subquery(PortalHold.objects.values("held_at")[:1])


def late_since() -> Case:
    """Since when mail is late, for people whom it concerns: by the sweep's own note.

    A sweep that no longer comes notes nothing, which is late as well.
    """
    limit = PortalNow() - Value(PATIENCE)
    late = Tick.objects.filter(Q(at__lt=limit) | Q(waiting_since__lt=limit), name=MAIL)
    held = Granted.objects.filter(group__user=OuterRef("pk"), grant__in=CONCERNED)
    return Case(
        When(
            Exists(late) & (Q(is_superuser=True) | Exists(held)),
            then=Subquery(late.values(since=Least(F("at"), F("waiting_since")))[:1]),
        ),
        output_field=DateTimeField(null=True),
    )


def banners_of(user: User | AnonymousUser) -> list[Banner]:
    held, late = getattr(user, HELD, None), getattr(user, LATE, None)
    if held is not None:
        return [_held(held, is_administrator=user.is_superuser)]
    return [_late(late, is_administrator=user.is_superuser)] if late is not None else []


def _held(since: datetime, *, is_administrator: bool) -> Banner:
    return Banner(
        "The portal is held",
        since,
        "No message leaves, no gate runs and nothing is decided by itself.",
        "Look at what waits, then release the portal"
        if is_administrator
        else "Until an administrator releases it, tell people yourself",
    )


def _late(since: datetime, *, is_administrator: bool) -> Banner:
    return Banner(
        "Mail is late",
        since,
        "What was to leave since then may still wait.",
        "Look for the cause"
        if is_administrator
        else "Tell people yourself what they must know now, and tell an administrator",
    )
