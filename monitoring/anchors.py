"""When the watch ends, as a moment from which due times are counted."""

from collections.abc import Sequence
from datetime import datetime

from deployments.models import Deployment
from monitoring.models import DEFAULT_WATCH, Watch


def watch_ends(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    watches = Watch.objects.filter(deployment__in=deployments)
    return {
        pk: ends_at
        for pk, ends_at in watches.values_list("deployment_id", "ends_at")
        if ends_at is not None
    }


def planned_watch_ends(deployments: Sequence[Deployment]) -> dict[int, datetime]:
    """The watch follows the window, all of which the deployment may take."""
    return {one.pk: one.window_end + DEFAULT_WATCH for one in deployments if one.window_end}
