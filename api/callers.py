"""What the token that calls may see: deployments of its own service and nothing else."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja.errors import HttpError

from api.models import Token
from deployments.models import Deployment
from deployments.models.deployment import DeploymentQuerySet


def token_of(request: HttpRequest) -> Token:
    token: Token = request.auth  # type: ignore[attr-defined]  # set by ninja once it holds
    return token


def deployments_of(request: HttpRequest) -> DeploymentQuerySet:
    return Deployment.objects.with_names().filter(service=token_of(request).service)


def deployment_of(request: HttpRequest, pk: int) -> Deployment:
    """A deployment of the token's own service; every other one is as if it were not there."""
    return get_object_or_404(deployments_of(request), pk=pk)


def readable(request: HttpRequest, pk: int) -> Deployment:
    """For what only a token with the scope *read* is told; a run is told to reporters too."""
    found = deployment_of(request, pk)
    require_read(request)
    return found


def require_read(request: HttpRequest) -> None:
    if not token_of(request).may_read:
        raise HttpError(403, "This token may report but not read.")


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """A filter whose name is mistyped would otherwise find everything."""
    unknown = sorted(set(request.GET) - set(known))
    if unknown:
        names = f"known are {', '.join(known)}" if known else "there is none"
        raise HttpError(422, f"There is no parameter “{unknown[0]}” here; {names}.")
