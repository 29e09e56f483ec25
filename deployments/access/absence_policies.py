"""Who may say that somebody is away, who may stand in for whom, and who ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from deployments.access.policies import refusal_to_give
from deployments.enums import Right
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Service, StandIn
from deployments.policies import Rights

LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True)
class Times:
    """An absence's two ends, and the instant at which it is judged."""

    starts_at: datetime
    ends_at: datetime
    now: datetime


def may_manage(rights: Rights) -> bool:
    """Those who may name or end a stand-in of somebody else."""
    user = rights.user
    return rights.has(Right.EDIT) or (user.is_active and user.is_superuser)


def refusal_to_manage(rights: Rights) -> Refused | None:
    if may_manage(rights):
        return None
    return Forbidden(
        "Only the person who is away, release managers of this service and administrators "
        "say who stands in."
    )


def refusal_to_name(
    rights: Rights, absent: User, stand_in: User | None, times: Times
) -> Refused | None:
    """Everybody for themselves; others only for somebody who is away already."""
    if rights.user.pk == absent.pk:
        return None
    if refusal := refusal_to_manage(rights):
        return refusal
    if stand_in is not None and stand_in.pk == rights.user.pk:
        return Forbidden(
            "You cannot give yourself the roles of somebody else; another person names you."
        )
    if times.starts_at > times.now:
        return Forbidden(
            f"Only {absent} plans their absence; others name a stand-in once it has begun."
        )
    return None


def refusal_of_absent(rights: Rights, service: Service) -> Refused | None:
    """Judged by what the absent person may do there themselves."""
    if rights.roles and rights.user.is_person:
        return None
    return Invalid(
        f"{rights.user} holds no sign-off role of {service}; nobody has to stand in there."
    )


def refusal_of_times(times: Times) -> Refused | None:
    if times.ends_at <= times.starts_at:
        return Invalid("The absence ends before it begins; choose an end after its beginning.")
    if times.ends_at <= times.now:
        return Invalid("The absence is over already; choose an end that is still to come.")
    if times.ends_at - times.starts_at > LONGEST_ABSENCE:
        return Invalid("An absence lasts at most 366 days; give the roles to somebody else.")
    return None


def refusal_of_stand_in(rights: Rights, absent: User, service: Service) -> Refused | None:
    """Judged by what the stand-in may do there themselves."""
    stand_in = rights.user
    if stand_in.pk == absent.pk:
        return Invalid("Nobody stands in for themselves; name another person.")
    if refusal := refusal_to_give(stand_in):
        return refusal
    if not rights.has(Right.SEE):
        return Invalid(f"{stand_in} does not see {service}; name somebody who does.")
    return None


def refusal_by_absence(away: Sequence[StandIn], zone: str) -> Refused | None:
    """A stand-in is there themselves: nobody stands in for a stand-in."""
    if not away:
        return None
    first = away[0]
    said = f"{first.absent} is away from {first.service} {span(first, zone)}"
    if first.stand_in is None:
        return Refused(f"{said}; name somebody else.")
    return Refused(
        f"{said} and {first.stand_in} stands in for them; nobody stands in for a stand-in. "
        "Name somebody else."
    )


def refusal_by_overlap(
    own: Sequence[StandIn], stand_in: User | None, times: Times, zone: str
) -> Refused | None:
    """One absence at a time; only one without a stand-in is filled, and then to its end."""
    for one in own:
        said = f"{one.absent} is away from {one.service} {span(one, zone)} already"
        if one.stand_in is not None:
            return Refused(f"{said}, and {one.stand_in} stands in; end that first.")
        covers = max(one.starts_at, times.now) >= times.starts_at and one.ends_at <= times.ends_at
        if stand_in is None or not covers:
            return Refused(f"{said}; name a stand-in for all of that time, or end it first.")
    return None


def refusal_by_past(over: Sequence[StandIn], zone: str) -> Refused | None:
    """One absence at a time holds for those that are over, too: they stay as they were."""
    if not over:
        return None
    last = max(over, key=lambda one: one.ends_at)
    return Refused(
        f"{last.absent} was away from {last.service} {span(last, zone)}, which is over; let the"
        " new absence begin when that one ended."
    )


def refusal_to_end(rights: Rights, row: StandIn, now: datetime) -> Refused | None:
    is_own = rights.user.pk in {row.absent_id, row.stand_in_id}
    if not (is_own or may_manage(rights)):
        return Forbidden(
            "Only the two people concerned, release managers of this service and administrators "
            "may end it."
        )
    if row.revoked_at:
        return Overtaken(f"{row.revoked_by} ended it already.")
    if row.ends_at <= now:
        return Refused("It is over already.")
    return None


def span(row: StandIn, zone: str) -> str:
    """From when to when, on the clock of whoever reads it."""
    place = ZoneInfo(zone)
    first, last = (at.astimezone(place) for at in (row.starts_at, row.ends_at))
    return f"from {first:%d %b %Y %H:%M} to {last:%d %b %Y %H:%M} ({zone})"
