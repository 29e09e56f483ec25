"""Telling once of signatures that nobody can give any more before T0."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from approvals.models import Shortage
from approvals.reach import past_help, unreachable
from approvals.signoff import standings_of
from deployments import clock, history
from deployments.blockers import Blocker
from deployments.fitting import cut
from deployments.models import Deployment, Event

LONGEST = Shortage._meta.get_field("what").max_length


def beyond_reach(deployments: Sequence[Deployment], now: datetime) -> dict[int, dict[str, Blocker]]:
    """What is so now, by a key that stays the same while it lasts; only reviews have any."""
    planned = {one.pk: one.t0 for one in deployments}
    found = unreachable(deployments, standings_of(deployments, now), now)
    return {
        pk: {cut(one.key, LONGEST): one for one in past_help(of_one, t0)}
        for pk, of_one in found.items()
        if (t0 := planned[pk]) is not None
    }


@transaction.atomic
def tell_shortages(deployment_id: int) -> Event | None:
    """One event for all that is new; what is over is forgotten, so that it can be told again."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    found = beyond_reach([deployment], now).get(deployment.pk, {})
    told = Shortage.objects.filter(deployment=deployment, settled_at=None)
    told.exclude(what__in=found).update(settled_at=now)
    known = set(told.values_list("what", flat=True))
    fresh = {what: one for what, one in found.items() if what not in known}
    if not fresh:
        return None
    Shortage.objects.bulk_create(
        Shortage(deployment=deployment, what=what, told_at=now) for what in fresh
    )
    text = ". ".join(one.clause for one in fresh.values()) + "."
    after = {"what": sorted(fresh), "text": text}
    return history.record(deployment, "signatures out of reach", actor=None, after=after, at=now)
