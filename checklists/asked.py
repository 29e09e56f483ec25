"""Who is asked by name how it goes on: whoever runs the day, as long as they still may."""

from __future__ import annotations

from collections.abc import Collection

from accounts.enums import Kind
from accounts.models import User
from checklists.models import Item
from deployments.enums import Right
from deployments.models import Deployment, ServiceGroupObjectPermission

BEGAN = ("started", "rollback begun")
OPERATES = ServiceGroupObjectPermission.objects.filter(permission__codename=Right.OPERATE.value)
PEOPLE = User.objects.filter(is_active=True, kind=Kind.PERSON)


def ops_leads(deployment: Deployment) -> list[User]:
    """Those who may operate this deployment, by name; never whoever requested it."""
    groups = OPERATES.filter(content_object=deployment.service_id)
    people = PEOPLE.filter(groups__in=groups.values("group"))
    found = people.exclude(pk=deployment.requester_id).distinct()
    return sorted(found, key=lambda one: (str(one), one.pk))


def still_able(people: Collection[int], services: Collection[int]) -> set[tuple[int, int]]:
    """Of people who were asked, each that may operate a service still: (service, person)."""
    if not people:
        return set()
    groups = OPERATES.filter(content_object__in=services)
    able = groups.filter(group__user__in=PEOPLE.filter(pk__in=people))
    return set(able.values_list("content_object", "group__user"))


def asked_now(item: Item) -> User | None:
    """Whoever is asked by name how it goes on; None where each ops lead is."""
    asked, service = item.question_to, item.deployment.service_id
    return asked if asked and still_able([asked.pk], [service]) else None


def asked_person(deployment: Deployment) -> User | None:
    """Whoever began it, else the first ops lead by name; None where there is none."""
    able = ops_leads(deployment)
    began = deployment.events.filter(verb__in=BEGAN).order_by("-sequence")
    began_by = began.values_list("actor", flat=True).first()
    return next((one for one in able if one.pk == began_by), able[0] if able else None)
