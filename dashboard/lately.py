"""What one person signed and decided in the last days, below what still waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from approvals.models import Decision, Vote, Waiver
from deployments.models import Deployment

LATELY = timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True)
class Done:
    """Reads as "You signed as Security" with its time and where it was."""

    said: str
    at: datetime
    deployment: Deployment


def lately_of(user: User, now: datetime) -> list[Done]:
    """The newest first; what was said where the person no longer sees anything stays untold."""
    since, seen = now - LATELY, Deployment.objects.visible_to(user)
    votes = Vote.objects.filter(
        Q(person=user) | Q(on_behalf_of=user), at__gte=since, deployment__in=seen
    )
    decisions = Decision.objects.filter(decided_by=user, at__gte=since, deployment__in=seen)
    waivers = Waiver.objects.filter(
        Q(signed_by=user) | Q(signed_for=user), signed_at__gte=since, deployment__in=seen
    )
    where = "deployment__environment"
    with_waiver = (where, "gate", "signed_by")
    found = [
        *_votes(votes.select_related(where).order_by("-pk")[:SHOWN], user),
        *(
            Done(f"You decided {one.get_verdict_display()}", one.at, one.deployment)
            for one in decisions.defer("dossier").select_related(where).order_by("-pk")[:SHOWN]
        ),
        *(
            Done(f"{_who(one.signed_by, user)} signed the {one}", one.signed_at, one.deployment)
            for one in waivers.select_related(*with_waiver).order_by("-signed_at")[:SHOWN]
            if one.signed_at
        ),
    ]
    return sorted(found, key=lambda row: row.at, reverse=True)[:SHOWN]


def _votes(votes: Iterable[Vote], user: User) -> Iterable[Done]:
    for vote in votes:
        by = "You" if vote.person_id == user.pk else f"{vote.person_name}, who stands in for you,"
        yield Done(f"{by} signed: {vote}", vote.at, vote.deployment)


def _who(signed_by: User | None, user: User) -> str:
    return "You" if signed_by == user else f"{signed_by}, who stands in for you,"
