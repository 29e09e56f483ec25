"""Who holds an item: the person or the role that the plan names, as long as they are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checklists.models import Item
from deployments.enums import Right
from deployments.models import Membership, ServiceGroupObjectPermission


@dataclass(frozen=True)
class Holders:
    """Those of the named owners who can take care of something: people and roles by id."""

    people: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def gap(self, item: Item) -> str:
        """The sentence for an item whose owner is gone; empty if somebody holds it."""
        if item.owner_id and item.owner_id not in self.people:
            why = (
                f"{item.owner} no longer sees this service"
                if item.owner and item.owner.is_active
                else f"the account of {item.owner} is closed"
            )
            return f"Nobody holds this: {why}; another owner is to be named."
        if item.owner_role_id and item.owner_role_id not in self.roles:
            return (
                f"Nobody holds this: no one is {item.owner_role} for this service; "
                "another owner is to be named."
            )
        return ""


def holders(service_id: int, items: Iterable[Item]) -> Holders:
    """At most one question for all people and one for all roles that are named."""
    named = list(items)
    people = {one.owner_id for one in named if one.owner_id}
    roles = {one.owner_role_id for one in named if one.owner_role_id}
    there = ServiceGroupObjectPermission.objects.filter(
        content_object=service_id,
        permission__codename=Right.SEE.value,
        group__user__in=people,
        group__user__is_active=True,
    )
    held = Membership.objects.filter(
        service=service_id, role__in=roles, group__user__is_active=True
    )
    return Holders(
        frozenset(there.values_list("group__user", flat=True)) if people else frozenset(),
        frozenset(held.values_list("role", flat=True)) if roles else frozenset(),
    )
