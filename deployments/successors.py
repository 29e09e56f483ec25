"""What may take the place of a cancelled deployment: an open one of the same service."""

from __future__ import annotations

from accounts.models import User
from deployments.enums import FINAL
from deployments.exceptions import Invalid, Refused
from deployments.models import Deployment
from deployments.models.deployment import DeploymentQuerySet


def possible_successors(deployment: Deployment, user: User) -> DeploymentQuerySet:
    seen = Deployment.objects.visible_to(user).open().filter(service=deployment.service_id)
    return seen.exclude(pk=deployment.pk).select_related("environment")


def refusal_of_successor(deployment: Deployment, successor: Deployment) -> Refused | None:
    """Only what is still open: so none ever follows itself, however long the way round."""
    if successor.pk == deployment.pk:
        return Invalid("A deployment cannot take its own place; choose another one.")
    if successor.service_id != deployment.service_id:
        return Invalid(f"Choose a deployment of {deployment.service} to take its place.")
    if successor.state in FINAL:
        return Invalid(
            f"Deployment #{successor.pk} is {successor.get_state_display().lower()} already; "
            "choose one that is still open."
        )
    return None
