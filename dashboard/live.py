"""What the live channel sends: the panels of a deployment at one version, for one audience."""

from dataclasses import dataclass

from dashboard.panels import Audience, outlook_for, panels_for, render
from deployments.visible import deployment_with_names


@dataclass(frozen=True)
class Snapshot:
    """`version` is the deployment's event count; fragments carry their own root ids."""

    version: int
    fragments: dict[str, str]


def snapshot(deployment_id: int, audience: Audience, panels: tuple[str, ...]) -> Snapshot | None:
    """Render the named panels as they are now; None if the deployment is gone."""
    deployment = deployment_with_names(deployment_id)
    if deployment is None:
        return None
    known = [name for name in panels if name in panels_for(audience)]
    fragments = render(known, deployment, outlook_for(deployment, known), audience)
    return Snapshot(deployment.event_count, fragments)
