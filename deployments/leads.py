"""Who holds a right on a service, such as those who may lead its deployments."""

from django.db.models import QuerySet

from accounts.enums import Kind
from accounts.models import User
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.models import Service, ServiceGroupObjectPermission


def holders(service: Service, right: Right) -> QuerySet[User]:
    """People with an active account, never machines."""
    held = ServiceGroupObjectPermission.objects.filter(
        content_object=service, permission__codename=right
    )
    people = User.objects.filter(is_active=True, kind=Kind.PERSON, groups__in=held.values("group"))
    return people.distinct().order_by("username")


def release_managers(service: Service) -> QuerySet[User]:
    return holders(service, Right.EDIT)


def refusal_of_lead(lead: User, service: Service) -> Refused | None:
    if release_managers(service).filter(pk=lead.pk).exists():
        return None
    return Invalid(f"{lead} is no release manager of {service}; choose one who is.")
