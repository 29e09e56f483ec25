"""Who is away from a service and who stands in: named, and ended, each in the service's history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.enums import Kind
from accounts.models import User
from deployments import clock, history
from deployments.access import absence_policies as policies
from deployments.access.granting import tell_open_pages
from deployments.access.teams import lock_services
from deployments.enums import Right
from deployments.exceptions import require
from deployments.models import (
    Chain,
    Event,
    Membership,
    Service,
    ServiceGroupObjectPermission,
    StandIn,
)
from deployments.policies import rights_of


@dataclass(frozen=True)
class Absence:
    """Who is away, from when to when (UTC), and who signs for them; None: nobody does."""

    absent: User
    stand_in: User | None
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@transaction.atomic
def name_stand_in(services: Iterable[Service], absence: Absence, *, actor: User) -> list[StandIn]:
    """Record the absence on each of the services, or on none of them.

    An absence that nobody stood in for is filled by one that covers what is left of it.
    """
    found = sorted(services, key=lambda one: one.key)
    chains = lock_services({one.pk for one in found})
    now = clock.now()
    rows = [
        _name(chain, service, absence, actor, now)
        for chain, service in zip(chains, found, strict=True)
    ]
    tell_open_pages([one.pk for one in found])
    return rows


def _name(chain: Chain, service: Service, absence: Absence, actor: User, now: datetime) -> StandIn:
    absent, stand_in = absence.absent, absence.stand_in
    times = policies.Times(absence.starts_at, absence.ends_at, now)
    require(policies.refusal_to_name(rights_of(actor, service), absent, stand_in, times))
    require(policies.refusal_of_absent(rights_of(absent, service), service))
    require(policies.refusal_of_times(times))
    lasting = StandIn.objects.lasting(now).filter(service=service).with_names()
    if stand_in is not None:
        require(policies.refusal_of_stand_in(rights_of(stand_in, service), absent, service))
        away = lasting.filter(absent=stand_in)
        require(policies.refusal_by_absence(overlapping(away, times), actor.zone))
    own = overlapping(lasting.filter(absent=absent), times)
    require(policies.refusal_by_overlap(own, stand_in, times, actor.zone))
    over = StandIn.objects.over(now).filter(service=service, absent=absent).with_names()
    require(policies.refusal_by_past(overlapping(over, times), actor.zone))
    for one in own:
        _end(chain, one, actor, now)
    row = StandIn.objects.create(
        service=service,
        absent=absent,
        stand_in=stand_in,
        starts_at=absence.starts_at,
        ends_at=absence.ends_at,
        reason=absence.reason.strip(),
        named_by=actor,
        named_at=now,
    )
    verb = "stand-in named" if stand_in else "absence noted"
    history.record(chain, verb, actor=actor, obj=row, after=_said(row), reason=row.reason, at=now)
    return row


def overlapping(rows: QuerySet[StandIn], times: policies.Times) -> list[StandIn]:
    return list(rows.filter(starts_at__lt=times.ends_at, ends_at__gt=times.starts_at))


@transaction.atomic
def end_stand_in(stand_in: StandIn, *, actor: User) -> Event:
    """From now on nobody speaks for the person; what was signed for them stays."""
    [chain] = lock_services({stand_in.service_id})
    row = StandIn.objects.with_names().select_related("revoked_by").get(pk=stand_in.pk)
    now = clock.now()
    require(policies.refusal_to_end(rights_of(actor, row.service), row, now))
    event = _end(chain, row, actor, now)
    tell_open_pages([row.service_id])
    return event


def _end(chain: Chain, row: StandIn, actor: User, now: datetime) -> Event:
    row.revoked_by, row.revoked_at = actor, now
    row.save(update_fields=["revoked_by", "revoked_at"])
    verb = "stand-in ended" if row.stand_in else "absence ended"
    return history.record(chain, verb, actor=actor, obj=row, before=_said(row), at=now)


def _said(row: StandIn) -> dict[str, str | None]:
    return {
        "absent": row.absent.username,
        "stand_in": row.stand_in.username if row.stand_in else None,
        "from": row.starts_at.isoformat(),
        "until": row.ends_at.isoformat(),
    }


def services_signed_on(person: User) -> QuerySet[Service]:
    """Where the person holds a sign-off role, so that their absence matters."""
    held = Membership.objects.filter(group__user=person)
    return Service.objects.filter(pk__in=held.values("service"))


def could_stand_in(services: QuerySet[Service] | Sequence[Service]) -> QuerySet[User]:
    """Active people who see at least one of the services by a right or role of their own."""
    seen = ServiceGroupObjectPermission.objects.filter(
        content_object__in=services, permission__codename=Right.SEE
    )
    return _people(seen.values("group"))


def role_holders(service: Service) -> QuerySet[User]:
    return _people(Membership.objects.filter(service=service).values("group"))


def _people(groups: QuerySet) -> QuerySet[User]:
    members = User.groups.through.objects.filter(group__in=groups)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True, kind=Kind.PERSON)
    return people.order_by("username")


def absences_of(person: User, now: datetime) -> list[StandIn]:
    return list(StandIn.objects.lasting(now).filter(absent=person).with_names())


def stands_in_of(person: User, now: datetime) -> list[StandIn]:
    """For whom the person signs now or later."""
    return list(StandIn.objects.lasting(now).filter(stand_in=person).with_names())


def absences_from(service: Service, now: datetime) -> list[StandIn]:
    return list(StandIn.objects.lasting(now).filter(service=service).with_names())


def concerning(person: User) -> QuerySet[StandIn]:
    """Rows that the person may know of: their own, and those of the services that they see."""
    own = Q(absent=person) | Q(stand_in=person)
    return StandIn.objects.filter(own | Q(service__in=Service.objects.visible_to(person)))
