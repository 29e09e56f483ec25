"""The runbook of a deployment as the forecast sees it: its steps, and when they began and ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from checklists.enums import Phase
from checklists.forecast import Forecast, Step, forecast
from checklists.models import Item
from deployments.enums import State
from deployments.models import Deployment


def steps_of(items: Iterable[Item], before: Mapping[int, frozenset[int]]) -> list[Step]:
    """Items of one phase, with the keys of what each waits for."""
    return [
        Step(
            key=item.pk,
            minutes=item.planned_minutes,
            after=before.get(item.pk, frozenset()),
            began=item.started_at,
            ended=item.state_at if item.is_closed else None,
        )
        for item in items
    ]


def foreseen(
    deployment: Deployment,
    phase: Phase,
    items: Iterable[Item],
    before: Mapping[int, frozenset[int]],
    now: datetime,
) -> Forecast:
    """Of a way back that has not begun nothing is planned; forward it is planned from T0 on."""
    if phase == Phase.ROLLBACK:
        start = began = deployment.rollback_at
    else:
        start, began = deployment.t0, deployment.started_at
    if start is None:
        return Forecast()
    if began is None and deployment.state != State.IN_PROGRESS:
        began = max(start, now)
    return forecast(steps_of(items, before), start, now, began)


def of_the_day(deployment: Deployment, now: datetime) -> Forecast:
    """Read anew, in two queries, for whoever has no page at hand."""
    items = list(
        deployment.items.filter(phase=Phase.DURING)
        .prefetch_related("predecessors")
        .order_by("position")
    )
    before = {one.pk: frozenset(step.pk for step in one.predecessors.all()) for one in items}
    steps = [one for one in items if one.is_step]
    return foreseen(deployment, Phase.DURING, steps, before, now)
