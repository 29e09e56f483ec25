"""What a prober may know of the deployment whose gate it answers."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings as django

from connections.commands import declared_commands
from connections.repositories import declared_repositories
from connections.services import connection_named
from deployments import anchors, clock
from deployments.enums import Anchor
from deployments.models import Deployment, Service
from gates.declared import Circumstances
from gates.enums import Kind

# What these judge has to last until the end of the watch; the others need not ask for it.
LASTS_THROUGH_THE_WATCH = frozenset({Kind.TLS})


def circumstances(
    settings: dict[str, Any],
    service: Service,
    deployment: Deployment | None = None,
    *,
    kind: str = "",
    now: datetime | None = None,
) -> Circumstances:
    """`now` is given where it was read just before.

    Raises a `Trouble` when the connection may not be used, or a declaration cannot be read.
    """
    connection = connection_named(settings.get("connection"), service.key)
    around = Circumstances(
        now=now or clock.now(),
        permit=connection.permit if connection else None,
        backup_folders=tuple(django.PORTAL_BACKUP_FOLDERS),
        commands=declared_commands() if settings.get("command") else {},
        repositories=declared_repositories() if settings.get("repository") else {},
    )
    if deployment is None:
        return around
    around = replace(around, commit=deployment.commit, branch=deployment.branch)
    if kind not in LASTS_THROUGH_THE_WATCH:
        return around
    ends = anchors.foreseen([deployment], Anchor.WATCH_END).get(deployment.pk)
    return replace(around, watch_end=ends)
