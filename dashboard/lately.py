"""What one person signed and decided in the last days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from approvals.models import Decision, Vote, Waiver
from deployments.models import Deployment
from statements import built_once

LATELY = timedelta(days=7)
SHOWN = 50
WHERE = "deployment__environment"


@dataclass(frozen=True)
class Done:
    """Reads as "You signed as Security" with its time and where it was."""

    said: str
    at: datetime
    deployment: Deployment


def lately_of(user: User, now: datetime) -> list[Done]:
    """The newest first; what was said where the person no longer sees anything stays untold."""
    since, sees_all = now - LATELY, user.is_superuser
    found = [
        *_signed(_votes(user.pk, since, sees_all=sees_all), user),
        *(
            Done(f"You decided {one.get_verdict_display()}", one.at, one.deployment)
            for one in _decisions(user.pk, since, sees_all=sees_all)
        ),
        *(
            Done(f"{_who(one.signed_by, user)} signed the {one}", one.signed_at, one.deployment)
            for one in _waivers(user.pk, since, sees_all=sees_all)
            if one.signed_at
        ),
    ]
    return sorted(found, key=lambda row: row.at, reverse=True)[:SHOWN]


@built_once
def _votes(user: int, since: datetime, *, sees_all: bool) -> QuerySet[Vote]:
    seen = Deployment.objects.seen_by(user, sees_all=sees_all)
    own = Q(person=user) | Q(on_behalf_of=user)
    found = Vote.objects.filter(own, at__gte=since, deployment__in=seen)
    return found.select_related(WHERE).order_by("-pk")[:SHOWN]


@built_once
def _decisions(user: int, since: datetime, *, sees_all: bool) -> QuerySet[Decision]:
    seen = Deployment.objects.seen_by(user, sees_all=sees_all)
    found = Decision.objects.filter(decided_by=user, at__gte=since, deployment__in=seen)
    return found.defer("dossier").select_related(WHERE).order_by("-pk")[:SHOWN]


@built_once
def _waivers(user: int, since: datetime, *, sees_all: bool) -> QuerySet[Waiver]:
    seen = Deployment.objects.seen_by(user, sees_all=sees_all)
    own = Q(signed_by=user) | Q(signed_for=user)
    found = Waiver.objects.filter(own, signed_at__gte=since, deployment__in=seen)
    return found.select_related(WHERE, "gate", "signed_by").order_by("-signed_at")[:SHOWN]


def _signed(votes: Iterable[Vote], user: User) -> Iterable[Done]:
    for vote in votes:
        by = "You" if vote.person_id == user.pk else f"{vote.person_name}, who stands in for you,"
        yield Done(f"{by} signed: {vote}", vote.at, vote.deployment)


def _who(signed_by: User | None, user: User) -> str:
    return "You" if signed_by == user else f"{signed_by}, who stands in for you,"
