"""Who has what on services, and by which group: the rows that everything else here is read from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from deployments.access.parts import ROLE
from deployments.models import Granted, Membership

OWN_GROUPS = "service:"


@dataclass(frozen=True)
class Hold:
    """One part that one group has on one service, for one of its people (none: it is empty)."""

    service_id: int
    part: str
    group_id: int
    group_name: str
    user_id: int | None

    @property
    def team(self) -> str:
        """The team by which it is held; nothing when the person has it alone."""
        return "" if self.group_name.startswith(OWN_GROUPS) else self.group_name


def teams() -> QuerySet[Group]:
    return Group.objects.exclude(name__startswith=OWN_GROUPS).order_by("name")


def holds_on(service_ids: Collection[int]) -> list[Hold]:
    """Two queries however many people there are."""
    group = ("group_id", "group__name", "group__user")
    grants = Granted.objects.filter(service__in=service_ids)
    roles = Membership.objects.filter(service__in=service_ids)
    return [
        *(Hold(*row) for row in grants.values_list("service_id", "grant", *group)),
        *(
            Hold(service_id, f"{ROLE}{key}", *held)
            for service_id, key, *held in roles.values_list("service_id", "role__key", *group)
        ),
    ]


def services_of_group(group: Group) -> set[int]:
    granted = Granted.objects.filter(group=group).values_list("service_id", flat=True)
    roles = Membership.objects.filter(group=group).values_list("service_id", flat=True)
    return set(granted.union(roles))
