"""Who may be named as the second person of a break-glass decision."""

from django.db.models import Q

from accounts.enums import Kind
from accounts.models import User
from approvals.policies.breaking import SECOND_ROLE
from deployments.enums import Right
from deployments.models import Deployment


def second_people(deployment: Deployment, decider: User) -> list[User]:
    """Ops leads and product owners of the service, by name, but for decider and requester."""
    operates = Q(
        groups__servicegroupobjectpermission__content_object=deployment.service_id,
        groups__servicegroupobjectpermission__permission__codename=Right.OPERATE,
    )
    owns = Q(
        groups__role_memberships__service=deployment.service_id,
        groups__role_memberships__role__key=SECOND_ROLE,
    )
    people = User.objects.filter(operates | owns, is_active=True, kind=Kind.PERSON)
    out = [decider.pk, deployment.requester_id]
    return sorted(people.exclude(pk__in=out).distinct(), key=str)
