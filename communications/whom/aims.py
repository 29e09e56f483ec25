"""Whom a line of the plan tells, where it does not tell everybody."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import Group
from django.db.models import Q

from accounts.models import Role, User
from communications.meant import LISTED, OF_ROLE, PLURALS, in_words
from communications.models import MessagePlan, Stakeholder
from communications.whom.audience import People, Recipient, for_absent, gone
from deployments.models import Deployment, Granted, Service


def choices(service: Service | None, *, besides: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Every word that may be chosen for a service, or in a plan for every one of them.

    Those of a line that is edited are among them.
    """
    roles = Role.objects.filter(memberships__service=service) if service else Role.objects.all()
    held = roles.distinct().order_by("title")
    known = {**PLURALS, **{f"{OF_ROLE}{role.key}": f"holders of {role.title}" for role in held}}
    return [*known.items(), *((word, in_words([word])) for word in besides if word not in known)]


def aimed(
    everybody: list[Recipient], line: MessagePlan | None, deployment: Deployment
) -> list[Recipient]:
    """Those of everybody whom the line means, and its addresses besides, each once."""
    if line is None:
        return everybody
    found = _narrowed(everybody, line.audience, deployment) if line.audience else everybody
    there = {one.address.lower() for one in found}
    known = {one.address.lower(): one for one in everybody}
    left = gone(deployment.service) if line.addresses else People()
    extra = {
        address.lower(): address
        for address in reversed(line.addresses)
        if address.lower() not in there and not left.has(address)
    }
    return [
        *found,
        *(
            known.get(address.lower()) or Recipient(address, address, deployment.zone)
            for address in reversed(extra.values())
        ),
    ]


def _narrowed(
    everybody: list[Recipient], audience: Sequence[str], deployment: Deployment
) -> list[Recipient]:
    users = _users(audience, deployment.service)
    listed = set[str]()
    if LISTED in audience:
        entries = Stakeholder.objects.filter(service=deployment.service)
        listed = {address.strip().lower() for address in entries.values_list("address", flat=True)}
    return [one for one in everybody if one.user_id in users or one.address.lower() in listed]


def _users(audience: Sequence[str], service: Service) -> set[int]:
    """A role is also meant of whoever stands in for its holder now."""
    roles = [word.removeprefix(OF_ROLE) for word in audience if word.startswith(OF_ROLE)]
    granted = Granted.objects.filter(service=service, grant__in=audience).values("group")
    groups = Group.objects.filter(
        Q(pk__in=granted)
        | Q(role_memberships__service=service, role_memberships__role__key__in=roles)
    )
    people = User.objects.filter(is_active=True, groups__in=groups).order_by()
    away = for_absent(service, roles).values_list("stand_in_id", flat=True)
    return set(people.values_list("pk", flat=True).union(away))
