"""What a prober may know of the deployment whose gate it answers."""

from dataclasses import replace
from typing import Any

from django.conf import settings as django

from connections.commands import declared_commands
from connections.repositories import declared_repositories
from connections.services import connection_named
from deployments import anchors, clock
from deployments.enums import Anchor
from deployments.models import Deployment, Service
from gates.declared import Circumstances


def circumstances(
    settings: dict[str, Any], service: Service, deployment: Deployment | None = None
) -> Circumstances:
    """Raises a `Trouble` when the connection may not be used, or a declaration cannot be read."""
    connection = connection_named(settings.get("connection"), service.key)
    around = Circumstances(
        now=clock.now(),
        permit=connection.permit if connection else None,
        backup_folders=tuple(django.PORTAL_BACKUP_FOLDERS),
        commands=declared_commands() if settings.get("command") else {},
        repositories=declared_repositories() if settings.get("repository") else {},
    )
    if deployment is None:
        return around
    ends = anchors.foreseen([deployment], Anchor.WATCH_END).get(deployment.pk)
    return replace(around, commit=deployment.commit, branch=deployment.branch, watch_end=ends)
