"""What the watch panel shows to everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from checklists.enums import CLOSED, Phase
from deployments.conditions import amount, saved
from deployments.enums import State
from deployments.models import Deployment
from deployments.places import later_start
from monitoring.enums import OPEN_ANSWERS, Severity, Standing
from monitoring.models import (
    DEFAULT_WATCH,
    Alert,
    Incident,
    Judged,
    Question,
    Reading,
    Series,
    Watch,
    judgment_of,
)

ENDED_ALERTS = 5


@dataclass(frozen=True)
class Row:
    """One metric: its newest reading, the alert that is open on it, and the limits that name it."""

    series: Series
    alert: Alert | None
    limits: list[Judged]

    @property
    def last(self) -> Reading | None:
        return self.series.last

    @property
    def value(self) -> str:
        """In words; empty where the newest reading has none."""
        last = self.series.last
        return amount(last.value, self.series.unit) if last and last.value is not None else ""


def watch_panel(deployment: Deployment) -> dict[str, Any]:
    """The watch in at most twelve queries, however much is watched."""
    items = deployment.items.filter(phase=Phase.AFTER).select_related("judgment")
    criteria = list(items.order_by("position"))
    waiting = [item for item in criteria if item.required and item.state not in CLOSED]
    watch = Watch.objects.filter(deployment=deployment).first()
    targets = deployment.targets.select_related("judged_by").order_by("position")
    triggers = list(deployment.triggers.select_related("decided_by").order_by("position"))
    rules = list(deployment.alertrules.order_by("position"))
    shown = {
        "deployment": deployment,
        "watch": watch,
        "hours": _hours(watch),
        "targets": list(targets),
        "triggers": triggers,
        "alerts": rules,
        "critical": Severity.CRITICAL,
        "raised": Standing.RAISED,
        "judged": len(criteria) - len(waiting),
        "criteria": len(criteria),
        "criteria_rows": [(item, judgment_of(item)) for item in criteria],
        "waiting": len(waiting),
        "can_close": deployment.state == State.WATCHING,
    }
    if watch is None or not watch.is_open:
        return shown
    return shown | _measured(deployment, watch, [*triggers, *rules])


def _measured(deployment: Deployment, watch: Watch, limits: list[Judged]) -> dict[str, Any]:
    series = list(watch.series.select_related("last", "metric").order_by("title", "key"))
    alerts = Alert.objects.filter(series__watch=watch).select_related("series", "acknowledged_by")
    found = list(alerts.filter(closed_at__isnull=True))
    ended = list(alerts.filter(closed_at__isnull=False).order_by("-closed_at")[:ENDED_ALERTS])
    is_watching = deployment.state == State.WATCHING
    counted = Incident.objects.counted().filter(deployment=deployment)
    incidents = counted.aggregate(all=Count("pk"), by_link=Count("share_link"))
    return {
        "rows": list(_rows(series, found, limits)),
        "open_alerts": sorted(found, key=lambda one: one.severity != Severity.CRITICAL),
        "ended_alerts": ended,
        "question": Question.objects.filter(deployment=deployment, answer__in=OPEN_ANSWERS).first(),
        "incidents": incidents,
        "later": later_start(deployment) if is_watching else None,
        "is_watching": is_watching,
        "passed": sum(limit.standing == Standing.RAISED for limit in limits),
        "without_value": sum(one.valued_at is None for one in series),
    }


def _rows(series: Iterable[Series], alerts: list[Alert], limits: list[Judged]) -> Iterable[Row]:
    by_series = {one.series_id: one for one in alerts}
    by_metric: dict[str, list[Judged]] = defaultdict(list)
    for limit in limits:
        if condition := saved(limit.condition):
            by_metric[condition.metric].append(limit)
    for one in series:
        yield Row(one, by_series.get(one.pk), by_metric[one.key])


def _hours(watch: Watch | None) -> int:
    length = watch.length if watch else DEFAULT_WATCH
    return round(length.total_seconds() / 3600)
