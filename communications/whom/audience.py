"""Who is told: the service's stakeholder list and everybody who holds a right or a role on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.enums import Kind
from accounts.models import Role, User
from communications.models import BouncingAddress, OptOut, Stakeholder
from communications.models.stakeholders import LANGUAGE
from deployments.clock import PortalNow
from deployments.enums import Right
from deployments.mentions import people_of
from deployments.models import Deployment, Service, StandIn

READS_ONLY = Right.SEE


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str
    zone: str
    user_id: int | None = None
    knew_t0: datetime | None = None
    language: str = LANGUAGE
    stakeholder_id: int | None = None
    entry: str = ""
    channel_id: int | None = None


def recipient_for(user: User) -> Recipient:
    return Recipient(str(user), user.email.strip(), user.zone, user.pk)


@dataclass(frozen=True)
class People:
    """Some people, by their accounts and by their addresses in small letters."""

    users: frozenset[int] = frozenset()
    addresses: frozenset[str] = frozenset()

    def has(self, address: str, user_id: int | None = None) -> bool:
        return address.strip().lower() in self.addresses or user_id in self.users


def recipients(service: Service) -> list[Recipient]:
    """Everybody who is told and has an address, each person and each address once, by name.

    Of two entries with one address the account wins, since its zone was chosen by the person; the
    list says its language.
    """
    accounts = [recipient_for(user) for user in involved(service) if user.email.strip()]
    there = {one.user_id for one in accounts}
    once = {one.address.lower(): one for one in reversed(accounts)}
    for entry in Stakeholder.objects.filter(service=service).exclude(user__is_active=False):
        address = entry.address.strip()
        listed = Recipient(
            entry.name, address, entry.zone, entry.user_id, None, entry.language, entry.pk
        )
        known = once.get(address.lower())
        if known is not None:
            once[address.lower()] = replace(known, language=entry.language)
        elif entry.user_id is None or entry.user_id not in there:
            once[address.lower()] = listed
    left = gone(service)
    told = [one for one in once.values() if not left.has(one.address, one.user_id)]
    return sorted(told, key=lambda recipient: (recipient.name, recipient.address))


def gone(service: Service) -> People:
    """Whoever left its messages, but for those who have a part in its releases by now."""
    rows = list(OptOut.objects.filter(service=service).values_list("user_id", "address"))
    if not rows:
        return People()
    staying, left = bound(service), _people(rows)
    return People(left.users - staying.users, left.addresses - staying.addresses)


def bound(service: Service) -> People:
    """Those who cannot leave its messages: they sign, work or stand in there, or lead."""
    more = [right for right in Right if right != READS_ONLY]
    leads = Deployment.objects.open().filter(service=service).order_by()
    found = User.objects.filter(
        Q(pk__in=_members(service, more))
        | Q(pk__in=standing_in(service).values("stand_in"))
        | Q(pk__in=leads.values("lead")),
        is_active=True,
    )
    return _people(found.values_list("pk", "email"))


def _people(rows: Iterable[tuple[int | None, str]]) -> People:
    known = list(rows)
    return People(
        frozenset(pk for pk, _ in known if pk),
        frozenset(address.strip().lower() for _, address in known if address.strip()),
    )


def standing_in(service: Service) -> QuerySet[StandIn]:
    """The absences from a service that somebody stands in for now."""
    return StandIn.objects.filter(
        service=service,
        stand_in__is_active=True,
        revoked_at__isnull=True,
        starts_at__lte=PortalNow(),
        ends_at__gt=PortalNow(),
    ).order_by()


def for_absent(service: Service, roles: Collection[str] | QuerySet) -> QuerySet[StandIn]:
    """Those of them in which the absent person holds one of the roles (keys) themselves."""
    return standing_in(service).filter(
        absent__is_active=True,
        absent__groups__role_memberships__service=service,
        absent__groups__role_memberships__role__key__in=roles,
    )


@dataclass(frozen=True)
class Unreachable:
    """Names of people who ought to be told and are not; whoever left asked for that."""

    without_address: list[str]
    bouncing: list[str]


def unreachable(service: Service) -> Unreachable:
    """Who has no address, and whose address takes no mail; one question while there is nobody."""
    left_alone = BouncingAddress.objects.standing().filter(address=Lower(OuterRef("email")))
    people = involved(service).annotate(bounces=Exists(left_alone))
    found = list(people.filter(Q(email="") | Q(bounces=True)))
    if not found:
        return Unreachable([], [])
    left = gone(service)
    found = [person for person in found if not left.has(person.email, person.pk)]
    listed = Stakeholder.objects.filter(service=service, user__in=found)
    elsewhere = set(listed.values_list("user_id", flat=True))
    return Unreachable(
        [str(one) for one in found if not one.email and one.pk not in elsewhere],
        [str(one) for one in found if one.email],
    )


def involved(service: Service) -> QuerySet[User]:
    """Active people in a group that may see the service or votes under one of its roles."""
    people = User.objects.filter(is_active=True, kind=Kind.PERSON)
    return people.filter(pk__in=_members(service, [READS_ONLY]))


def wanted(people: Iterable[User], service: Service) -> list[User]:
    """Those who are written to by name: still here, with an address, who did not leave.

    Somebody may be named long before, as lead or owner; whose account is closed since, or who no
    longer sees the service and has no part in it, reads nothing of it any more.
    """
    named, left = list(people), gone(service)
    ids = [one.pk for one in named]
    here = set(people_of(service).filter(pk__in=ids).values_list("pk", flat=True))
    here |= set(involved(service).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        one
        for one in named
        if one.pk in here and one.email.strip() and not left.has(one.email, one.pk)
    ]


def closed(user_ids: Iterable[int | None]) -> set[int]:
    """Those of these accounts that nobody uses any more; nothing is mailed to them."""
    ids = {pk for pk in user_ids if pk is not None}
    found = User.objects.filter(pk__in=ids, is_active=False)
    return set(found.values_list("pk", flat=True))


def working(service: Service) -> set[int]:
    """Ids of those who do more than read here; they get what is technical, too."""
    return set(_members(service, [Right.TICK, Right.EDIT, Right.OPERATE]))


def asked(deployment: Deployment) -> set[int]:
    """Ids of the people whose answer the go/no-go needs: role holders, stand-ins and ops leads."""
    service = deployment.service
    keys = Role.objects.filter(
        Q(pk__in=deployment.rules.values("role")) | Q(pk__in=deployment.polled_roles.values("role"))
    ).values("key")
    groups = Group.objects.filter(
        Q(role_memberships__service=service, role_memberships__role__key__in=keys)
        | Q(
            servicegroupobjectpermission__content_object=service,
            servicegroupobjectpermission__permission__codename=Right.OPERATE,
        )
    )
    members = User.groups.through.objects.filter(group__in=groups).values_list("user_id", flat=True)
    return set(members.union(for_absent(service, keys).values_list("stand_in_id", flat=True)))


def _members(service: Service, rights: Collection[Right]) -> QuerySet:
    """Ids of those in a group that holds one of the rights, or any sign-off role, on a service."""
    groups = Group.objects.filter(
        Q(
            servicegroupobjectpermission__content_object=service,
            servicegroupobjectpermission__permission__codename__in=rights,
        )
        | Q(role_memberships__service=service)
    )
    return User.groups.through.objects.filter(group__in=groups).values_list("user_id", flat=True)
