"""What the pages of a service's metrics show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from deployments.models import Deployment, Service
from deployments.policies import rights_of
from gates.models import Metric
from gates.policies import refusal_to_edit_metrics
from monitoring.metrics.policies import refusal_to_remove
from monitoring.metrics.unknown import Unknown, unknown
from monitoring.metrics.uses import Use, open_uses, watched

SHOWN_USES = 5


@dataclass(frozen=True)
class UseRow:
    use: Use
    deployment: Deployment
    misfit: str


@dataclass(frozen=True)
class Row:
    metric: Metric
    uses: list[UseRow]
    more: int
    misfits: list[str]


def metrics_page(service: Service, user: User) -> dict[str, Any]:
    """Every metric with what names it; four queries, however many there are, beside the rights."""
    metrics = list(service.metrics.order_by("title", "key"))
    uses = open_uses(service.pk)
    ids = {use.deployment_id for of_one in uses.values() for use in of_one}
    deployments = Deployment.objects.select_related("environment").in_bulk(ids)
    by_key = {one.key: one for one in metrics}
    return {
        "service": service,
        "rows": [_row(one, uses.get(one.key, []), by_key, deployments) for one in metrics],
        "unknown": unknown_of(uses, by_key),
        "unmeasured": sum(not one.is_measured for one in metrics),
        "refusal": refusal_to_edit_metrics(rights_of(user, service)),
    }


def unknown_of(uses: dict[str, list[Use]], metrics: dict[str, Metric]) -> list[Unknown]:
    """Names that the watch of an open deployment uses; a gate is answered from its own source."""
    watched = [use for of_one in uses.values() for use in of_one if use.word != "gate"]
    return unknown((use.condition for use in watched if use.condition), metrics.__contains__)


def _row(
    metric: Metric,
    uses: list[Use],
    metrics: dict[str, Metric],
    deployments: dict[int, Deployment],
) -> Row:
    rows = [UseRow(one, deployments[one.deployment_id], one.misfit(metrics)) for one in uses]
    misfits = list(dict.fromkeys(one.misfit for one in rows if one.misfit))
    return Row(metric, rows[:SHOWN_USES], len(rows[SHOWN_USES:]), misfits)


def metrics_of_plan(deployment: Deployment) -> dict[str, Any]:
    """What the watch of a plan names and no metric is called, and what its metric does not fit."""
    metrics = {one.key: one for one in deployment.service.metrics.order_by("title", "key")}
    uses = watched([deployment])
    return {
        "metrics": list(metrics.values()),
        "unknown": unknown((use.condition for use in uses if use.condition), metrics.__contains__),
        "misfits": list(dict.fromkeys(said for use in uses if (said := use.misfit(metrics)))),
    }


def metric_page(service: Service, metric: Metric, user: User) -> dict[str, Any]:
    refusal = refusal_to_edit_metrics(rights_of(user, service))
    return {
        "service": service,
        "metric": metric,
        "refusal": refusal,
        "refusal_to_remove": refusal or refusal_to_remove(metric),
    }
