"""Who may lift a freeze, or let one deployment through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from accounts.enums import Kind
from accounts.models import User
from deployments.enums import Right
from deployments.models import Freeze, ServiceGroupObjectPermission


def who_may(freezes: Iterable[Freeze]) -> Mapping[int | None, list[User]]:
    """By service, None for those of every service; as many queries as for one freeze."""
    services = {one.service_id for one in freezes}
    found: dict[int | None, list[User]] = defaultdict(list)
    people = User.objects.filter(is_active=True, kind=Kind.PERSON)
    if None in services:
        found[None] = list(people.filter(is_superuser=True).order_by("username"))
    named = services - {None}
    if named:
        held = ServiceGroupObjectPermission.objects.filter(
            content_object__in=named, permission__codename=Right.EDIT
        ).values_list("content_object", "group__user")
        pairs = set(held)
        by_id = people.in_bulk([person for _, person in pairs if person])
        for service, person in sorted(pairs, key=lambda pair: by_name(by_id.get(pair[1]))):
            if person in by_id:
                found[service].append(by_id[person])
    return found


def by_name(person: User | None) -> str:
    return person.username if person else ""
