"""What an installation still needs before its first deployment is in review; for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists
from django.urls import reverse

from accounts.enums import Kind
from accounts.models import Role, User
from deployments.enums import Grant, State
from deployments.models import Deployment, Environment, Granted, Membership, Service


@dataclass(frozen=True)
class Step:
    title: str
    why: str
    address: str
    done: bool


def begin_of(user: User) -> list[Step]:
    """In their order; none for others, and none once a deployment was submitted."""
    if not user.is_superuser:
        return []
    *done, submitted = _there_is(user)
    service, environment, role, people, managed, signed, made = done
    if submitted:
        return []
    return [
        Step("Make a service", "What is released, and on which people have rights.",
             reverse("deployments:service_new"), service),
        Step("Make an environment", "Where it is released to, such as Production.",
             reverse("deployments:environment_new"), environment),
        Step("Name the sign-off roles", "Such as Product owner or Security; documents name them.",
             reverse("deployments:role_new"), role),
        Step("Invite your people", "Each sets their own password by a link in a mail.",
             reverse("deployments:person_new"), people),
        Step("Say who may do what", "At least a release manager, and who holds each role.",
             reverse("deployments:services"), managed and signed),
        Step("Read in your first checklist", "The document that you already have, as it is.",
             reverse("intake:upload"), made),
        Step("Submit the deployment", "From then on it can be signed.",
             reverse("dashboard:deployments"), submitted),
    ]  # fmt: skip


def _there_is(user: User) -> tuple[bool, ...]:
    """All of it in one query."""
    others = User.objects.filter(is_active=True, kind=Kind.PERSON).exclude(pk=user.pk)
    managers = Granted.objects.filter(grant=Grant.RELEASE_MANAGER, group__user__is_active=True)
    asked = (
        Service.objects.all(),
        Environment.objects.all(),
        Role.objects.all(),
        others,
        managers,
        Membership.objects.filter(group__user__is_active=True),
        Deployment.objects.all(),
        Deployment.objects.exclude(state=State.DRAFT),
    )
    rows = User.objects.filter(pk=user.pk).values_list(*(Exists(one) for one in asked))
    return tuple(rows[0])
