"""Who may lead a deployment: the release managers of its service."""

from django.db.models import QuerySet

from accounts.enums import Kind
from accounts.models import User
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.models import Service, ServiceGroupObjectPermission


def release_managers(service: Service) -> QuerySet[User]:
    held = ServiceGroupObjectPermission.objects.filter(
        content_object=service, permission__codename=Right.EDIT
    )
    people = User.objects.filter(is_active=True, kind=Kind.PERSON, groups__in=held.values("group"))
    return people.distinct().order_by("username")


def refusal_of_lead(lead: User, service: Service) -> Refused | None:
    if release_managers(service).filter(pk=lead.pk).exists():
        return None
    return Invalid(f"{lead} is no release manager of {service}; choose one who is.")
