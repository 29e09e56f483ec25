"""Charts of a watch: which there are, where their limits lie, and the points that are drawn.

However many readings there are, a chart gets a few hundred points: means with the lowest and the
highest value beside them, so that no peak is lost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from deployments.conditions import Condition, converted, fits, saved
from deployments.fitting import cut
from deployments.models import Deployment
from gates.metrics import meant, names_of
from monitoring.enums import Severity
from monitoring.models import Series, Watch
from monitoring.pace import silence

Limit = tuple[Condition, Severity]
# Instants, means, lowest and highest values.
Columns = list[list[Any]]
MOST_POINTS = 720
LONGEST_MARK = 30
OTHERS = "Other metrics"
ABOVE, BELOW = frozenset({">", ">="}), frozenset({"<", "<="})


@dataclass(frozen=True)
class Chart:
    series: Series
    bands: list[dict[str, Any]]

    @property
    def bands_json(self) -> str:
        return json.dumps(self.bands)


@dataclass
class Group:
    """A widget of the document with its charts, and what it names that nothing measures.

    What no widget names has no title where nothing else is drawn.
    """

    title: str
    charts: list[Chart] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)


def charts_of(deployment: Deployment) -> list[Group]:
    """By widget as the document has them, then every other metric; four queries."""
    series = list(
        Series.objects.filter(watch__deployment=deployment)
        .select_related("metric", "last")
        .order_by("title", "key")
    )
    if not series:
        return []
    names = names_of(one.metric for one in series if one.metric)
    by_key = {one.key: one for one in series}
    limits = _limits(deployment)
    groups, drawn = [], set()
    for widget in deployment.widgets.order_by("position"):
        group = Group(widget.title)
        for name in widget.series:
            found = by_key.get(meant(name, names) or "")
            if found is None:
                group.unmeasured.append(name)
            else:
                group.charts.append(Chart(found, _bands(found, limits)))
                drawn.add(found.key)
        groups.append(group)
    others = [Chart(one, _bands(one, limits)) for one in series if one.key not in drawn]
    title = OTHERS if drawn else ""
    return [*groups, Group(title, others)] if others else groups


def _limits(deployment: Deployment) -> list[Limit]:
    rules = deployment.alertrules.exclude(condition="")
    said = [(one.condition, Severity(one.severity)) for one in rules]
    triggers = deployment.triggers.exclude(condition="").values_list("condition", flat=True)
    said += [(condition, Severity.CRITICAL) for condition in triggers]
    return [(condition, severity) for text, severity in said if (condition := saved(text))]


def _bands(series: Series, limits: list[Limit]) -> list[dict[str, Any]]:
    """What is shaded: from a limit to the chart's edge, on the side that is bad."""
    return [
        {
            "from": float(converted(condition.number, condition.unit, series.unit)),
            "above": condition.operator in ABOVE,
            "severity": severity.value,
            "text": str(condition),
        }
        for condition, severity in limits
        if condition.metric == series.key
        and condition.operator in ABOVE | BELOW
        and fits(condition.unit, series.unit)
    ]


def points(watch: Watch, now: datetime, since: datetime | None = None) -> dict[str, Any]:
    """Every chart's points from `since` on, its bucket included, in one query.

    Where nothing came for so long that it is told as silence, an empty point interrupts the line.
    """
    if watch.opened_at is None or watch.ends_at is None:
        return {"width": 0, "series": {}}
    width = _width(watch.pace, min(now, watch.ends_at) - watch.opened_at)
    start = watch.opened_at
    if since is not None and since > start:
        start += (since - start) // width * width
    with connection.cursor() as cursor:
        wanted: list[Any] = [width, watch.opened_at, watch.pk, start]
        cursor.execute(BUCKETS, wanted)
        told = {key: _interrupted(watch, columns, width) for key, *columns in cursor.fetchall()}
    return {"width": width.total_seconds(), "series": told}


def _width(pace: timedelta, past: timedelta) -> timedelta:
    """Of a bucket: the pace, and doubled whenever what is past no longer fits a chart."""
    width = pace
    while past > MOST_POINTS * width:
        width *= 2
    return width


def _interrupted(watch: Watch, columns: Columns, width: timedelta) -> Columns:
    """With an empty point behind each one that nothing followed for too long."""
    instants = columns[0]
    gaps = [
        place
        for place, (before, at) in enumerate(pairwise(instants))
        if at - before > width.total_seconds() and _is_silence(watch, before, at, width)
    ]
    for place in reversed(gaps):
        empty = (instants[place] + width.total_seconds(), None, None, None)
        for column, nothing in zip(columns, empty, strict=True):
            column.insert(place + 1, nothing)
    return columns


def _is_silence(watch: Watch, before: float, at: float, width: timedelta) -> bool:
    """Judged by the pace at the later of the two, which is the slower one."""
    assert watch.opened_at is not None
    longest = silence(watch.opened_at, watch.pace, datetime.fromtimestamp(at, UTC))
    return at - before > (longest + width).total_seconds()


# One row for each metric, with its columns: a row for each point would cost several times as much.
BUCKETS = """
WITH points AS (
    SELECT series.key, date_bin(%s, reading.at, %s) AS bucket, AVG(reading.value::float8) AS mean,
           MIN(reading.value)::float8 AS low, MAX(reading.value)::float8 AS high
    FROM monitoring_reading reading JOIN monitoring_series series ON series.id = reading.series_id
    WHERE series.watch_id = %s AND reading.at >= %s AND reading.value IS NOT NULL
    GROUP BY series.key, bucket
)
SELECT key, array_agg(EXTRACT(EPOCH FROM bucket)::float8 ORDER BY bucket),
       array_agg(mean ORDER BY bucket), array_agg(low ORDER BY bucket),
       array_agg(high ORDER BY bucket)
FROM points GROUP BY key ORDER BY key
"""


def marks(deployment: Deployment, watch: Watch) -> list[dict[str, Any]]:
    """What happened meanwhile, drawn as a line through every chart."""
    said = [
        (watch.opened_at, "Completed"),
        (watch.ended_at, "Watch ended"),
        (deployment.rollback_at, "Rollback"),
        *_others(deployment, watch),
    ]
    said += [(at, "Roll back?") for at in deployment.questions.values_list("asked_at", flat=True)]
    return [{"at": at.timestamp(), "text": text} for at, text in said if at is not None]


def _others(deployment: Deployment, watch: Watch) -> list[tuple[datetime | None, str]]:
    """What else was started at the same place meanwhile, of which a curve may tell."""
    if watch.opened_at is None or watch.ends_at is None:
        return []
    others = Deployment.objects.filter(
        service=deployment.service_id,
        environment=deployment.environment_id,
        started_at__range=(watch.opened_at, watch.ends_at),
    ).exclude(pk=deployment.pk)
    found = others.order_by("started_at").values_list("started_at", "package")
    return [(at, f"Start of {cut(package, LONGEST_MARK)}") for at, package in found]
