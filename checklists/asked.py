"""Who is asked by name how it goes on: whoever runs the day, as long as they still may."""

from __future__ import annotations

from accounts.enums import Kind
from accounts.models import User
from deployments.enums import Right
from deployments.models import Deployment, ServiceGroupObjectPermission

BEGAN = ("started", "rollback begun")


def ops_leads(deployment: Deployment) -> list[User]:
    """Those who may operate this deployment, by name; never whoever requested it."""
    groups = ServiceGroupObjectPermission.objects.filter(
        content_object=deployment.service_id, permission__codename=Right.OPERATE.value
    )
    people = User.objects.filter(
        is_active=True, kind=Kind.PERSON, groups__in=groups.values("group")
    )
    found = people.exclude(pk=deployment.requester_id).distinct()
    return sorted(found, key=lambda one: (str(one), one.pk))


def asked_person(deployment: Deployment) -> User | None:
    """Whoever began it, else the first ops lead by name; None where there is none."""
    able = ops_leads(deployment)
    began = deployment.events.filter(verb__in=BEGAN).order_by("-sequence")
    began_by = began.values_list("actor", flat=True).first()
    return next((one for one in able if one.pk == began_by), able[0] if able else None)
