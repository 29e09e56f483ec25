"""Metrics for tests, and plans that name them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from deployments import content
from deployments.models import Deployment
from gates.models import Metric
from monitoring import services as watch
from monitoring.definitions import AlertDefinition, TargetDefinition, TriggerDefinition
from monitoring.metrics.plan import MetricPlan
from monitoring.metrics.services import add_metric
from tests.builders import Team, make_deployment


def make_metric(team: Team, key: str = "errors", **said: Any) -> Metric:
    title = key.replace("_", " ").capitalize()
    plan = MetricPlan(**{"key": key, "title": title, **said})
    return add_metric(team.service, plan, actor=team.release_manager)


def make_planned(
    team: Team,
    *,
    triggers: tuple[str, ...] = (),
    targets: tuple[str, ...] = (),
    alerts: tuple[str, ...] = (),
    mode: str = "recommend",
    **said: Any,
) -> Deployment:
    """A draft whose watch judges these conditions; an empty one is judged by people."""
    deployment = make_deployment(team, items=(), steps=(), **said)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        watch.define(
            locked,
            targets=[TargetDefinition(one or "Nobody complains", one) for one in targets],
            alerts=[AlertDefinition(one, one) for one in alerts],
            triggers=[TriggerDefinition(one or "It burns", one, mode) for one in triggers],
        )
        content.refresh(locked, team.release_manager)
    deployment.refresh_from_db()
    return deployment
