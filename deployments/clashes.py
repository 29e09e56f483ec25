"""What else wants the place and the time that a form names, said before anything is saved."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from deployments.freezes import obstacles as freezes
from deployments.models import Deployment
from deployments.obstacles import conflicts_of


def clashes_of(deployment: Deployment) -> list[str]:
    """At the time that it has; without one there is nothing to meet."""
    return clashes_at(deployment, deployment.t0) if deployment.t0 else []


def clashes_at(deployment: Deployment, t0: datetime) -> list[str]:
    """As readiness would say it, were the deployment moved there with its window as long as now."""
    moved = copy(deployment)
    try:
        moved.t0, moved.window_end = t0, t0 + deployment.window_length
    except OverflowError:
        return []  # beyond the calendar nothing is planned, and nothing can be
    stops = freezes.find([moved])[moved.pk].blockers
    return [one.clause for one in (*stops, *conflicts_of(moved))]
