"""Who is told: the service's stakeholder list and everybody who holds a right or a role on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from accounts.enums import Kind
from accounts.models import User
from communications.models import Stakeholder
from deployments.enums import Right
from deployments.models import Deployment, Service


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str
    zone: str
    user_id: int | None = None
    knew_t0: datetime | None = None
    channel_id: int | None = None


def recipients(service: Service) -> list[Recipient]:
    """Everybody who is told and has an address, each address once, by name.

    Of two entries with one address the account wins: its zone was chosen by the person.
    """
    accounts = [
        Recipient(str(user), user.email.strip(), user.zone, user.pk)
        for user in involved(service)
        if user.email.strip()
    ]
    listed = [
        Recipient(entry.name, entry.address.strip(), entry.zone, entry.user_id)
        for entry in Stakeholder.objects.filter(service=service)
    ]
    once: dict[str, Recipient] = {}
    for recipient in [*accounts, *listed]:
        once.setdefault(recipient.address.lower(), recipient)
    return sorted(once.values(), key=lambda recipient: (recipient.name, recipient.address))


def unreachable(service: Service) -> QuerySet[User]:
    """People who ought to be told and have no address."""
    return involved(service).filter(email="")


def involved(service: Service) -> QuerySet[User]:
    """Active people in a group that may see the service or votes under one of its roles."""
    groups = Group.objects.filter(
        Q(servicegroupobjectpermission__content_object=service)
        & Q(servicegroupobjectpermission__permission__codename=Right.SEE)
        | Q(role_memberships__service=service)
    )
    people = User.objects.filter(is_active=True, kind=Kind.PERSON)
    return people.filter(pk__in=User.groups.through.objects.filter(group__in=groups).values("user"))


def working(service: Service) -> set[int]:
    """Ids of those who do more than read here; they get what is technical, too."""
    rights = [Right.TICK, Right.EDIT, Right.OPERATE]
    groups = Group.objects.filter(
        Q(servicegroupobjectpermission__content_object=service)
        & Q(servicegroupobjectpermission__permission__codename__in=rights)
        | Q(role_memberships__service=service)
    )
    members = User.groups.through.objects.filter(group__in=groups)
    return set(members.values_list("user_id", flat=True))


def asked(deployment: Deployment) -> set[int]:
    """Ids of the people whose answer the go/no-go needs: role holders and ops leads."""
    roles = Q(role_memberships__service=deployment.service_id) & (
        Q(role_memberships__role__in=deployment.rules.values("role"))
        | Q(role_memberships__role__in=deployment.polled_roles.values("role"))
    )
    operate = Q(
        servicegroupobjectpermission__content_object=deployment.service_id,
        servicegroupobjectpermission__permission__codename=Right.OPERATE,
    )
    groups = Group.objects.filter(roles | operate)
    members = User.groups.through.objects.filter(group__in=groups)
    return set(members.values_list("user_id", flat=True))
