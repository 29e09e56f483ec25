"""The one deployment that an address names, for whoever may know of it."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from deployments.models import Deployment
from deployments.models.deployment import DeploymentQuerySet
from statements import built_once


def visible_deployment(user: User, pk: int) -> Deployment:
    """With all that its page names; raises Http404, also where there is one they may not see."""
    found = _visible(pk, user.pk, sees_all=user.is_superuser) if user.is_active else []
    if not found:
        raise Http404
    return found[0]


def deployment_with_names(pk: int) -> Deployment | None:
    """The same for all who may know of it, which whoever asks has made sure of."""
    return next(iter(_named(pk)), None)


@built_once
def _visible(pk: int, user: int, *, sees_all: bool) -> DeploymentQuerySet:
    return Deployment.objects.seen_by(user, sees_all=sees_all).with_names().filter(pk=pk)


@built_once
def _named(pk: int) -> DeploymentQuerySet:
    return Deployment.objects.with_names().filter(pk=pk)
