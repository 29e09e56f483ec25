"""Private calendar links: made and revoked by the person, ended with the account."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.enums import Kind
from accounts.models import User
from deployments import clock, history
from deployments.access.changing import PORTAL
from deployments.exceptions import Forbidden, Refused, require
from deployments.models import CalendarFeed, Chain, Event
from deployments.sharing.links import BYTES_OF_SECRET, LONGEST_SECRET, digest_of

USE_IS_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(person: User) -> tuple[CalendarFeed, str]:
    """A new link and its address, which is shown this once; it ends the one before."""
    chain = history.chain(PORTAL)
    require(refusal_of_machine(person))
    end_of(person, chain=chain, actor=person)
    secret = secrets.token_urlsafe(BYTES_OF_SECRET)
    made = CalendarFeed.objects.create(person=person, digest=digest_of(secret), made_at=clock.now())
    history.record(chain, "calendar link made", actor=person, obj=made, at=made.made_at)
    return made, f"{settings.PORTAL_URL}{reverse('dashboard:calendar_feed', args=[secret])}"


@transaction.atomic
def revoke(person: User) -> Event:
    """From now on the link answers nothing, wherever it was put."""
    ended = end_of(person, chain=history.chain(PORTAL), actor=person)
    if ended is None:
        raise Refused("There is no calendar link to revoke; it has been revoked already.")
    return ended


def end_of(person: User, *, chain: Chain, actor: User | None) -> Event | None:
    """The caller holds the chain's lock."""
    standing = CalendarFeed.objects.filter(person=person, revoked_at=None).first()
    if standing is None:
        return None
    standing.revoked_at = clock.now()
    standing.save(update_fields=["revoked_at"])
    return history.record(
        chain, "calendar link revoked", actor=actor, obj=standing, at=standing.revoked_at
    )


def standing_of(person: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=person, revoked_at=None).first()


def opened(secret: str) -> CalendarFeed | None:
    """What the secret opens now; nothing tells a wrong one from one that has ended."""
    if len(secret) > LONGEST_SECRET:
        return None
    return (
        CalendarFeed.objects.filter(
            digest=digest_of(secret),
            revoked_at=None,
            person__is_active=True,
            person__kind=Kind.PERSON,
        )
        .select_related("person")
        .first()
    )


def note_use(feed: CalendarFeed) -> None:
    """To the minute, so that many readers at once do not queue for one row."""
    now = clock.now()
    rested = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
    CalendarFeed.objects.filter(rested, pk=feed.pk).update(last_used_at=now)


def refusal_of_machine(person: User) -> Refused | None:
    if person.is_person:
        return None
    return Forbidden("Only people have a calendar link; a machine reads by its token.")
