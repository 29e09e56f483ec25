"""What new readings mean: limits that are passed or calm again, alerts, the question to go back.

The caller holds the deployment's lock and has written the readings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from deployments import anchors, clock
from deployments.conditions import Condition, fits, saved
from deployments.enums import State
from deployments.models import Deployment
from monitoring import judging, pace
from monitoring.enums import Severity, Standing
from monitoring.judging import Limit, Point
from monitoring.models import AlertRule, Reading, Series, Trigger, Watch
from monitoring.services import alerting, asking
from monitoring.services.alerting import Found

MOST_POINTS = 5000


@dataclass(frozen=True)
class Judgeable:
    """A rule or trigger of the plan whose condition fits a series."""

    row: AlertRule | Trigger
    limit: Limit

    @property
    def is_raised(self) -> bool:
        return self.row.standing == Standing.RAISED


def weigh(deployment: Deployment, watch: Watch, series: Collection[Series], now: datetime) -> None:
    """Hold the newest readings of these series against every limit of the plan."""
    if deployment.state != State.WATCHING or not watch.is_open or watch.ended_at is not None:
        return
    triggers = list(deployment.triggers.exclude(condition="").select_related("decided_by"))
    rows: list[AlertRule | Trigger] = [*deployment.alertrules.exclude(condition=""), *triggers]
    limits = [(row, said) for row in rows if (said := saved(row.condition))]
    known = _moments(deployment, [condition for _, condition in limits])
    for one in series:
        of_it = [
            _judgeable(row, condition, one, known)
            for row, condition in limits
            if condition.metric == one.key and fits(condition.unit, one.unit)
        ]
        points = _points(one, [found.limit for found in of_it])
        changed = [found for found in of_it if _stands_anew(found, points, now)]
        newest = points[-1] if points else None
        alerting.settle(deployment, watch, one, _wrong(watch, one, of_it, newest, now), now)
        for found in changed:
            if isinstance(found.row, Trigger) and found.is_raised and newest is not None:
                _ask(deployment, found.row, found.limit, newest, now)
    asking.follow(deployment, triggers, now)


@transaction.atomic
def weigh_silent(deployment_id: int) -> None:
    """Tell of the metrics that give no value though nobody asks for one: those that are sent."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    watch = Watch.objects.get(deployment=deployment)
    series = watch.series.select_related("last", "metric")
    weigh(deployment, watch, [one for one in series if is_silent(watch, one, now)], now)


def _moments(deployment: Deployment, conditions: Collection[Condition]) -> anchors.Moments:
    """Those from which a limit counts; nothing is asked where none names one."""
    used = {one.anchor for one in conditions if one.anchor}
    return anchors.moments_of([deployment], used)[deployment.pk] if used else {}


def _judgeable(
    row: AlertRule | Trigger, condition: Condition, series: Series, known: anchors.Moments
) -> Judgeable:
    """A percentile in a condition says how its metric is measured; it is judged as it comes."""
    limit = Limit(condition, series.unit, until=condition.until(known))
    if isinstance(row, AlertRule):
        clears = saved(row.clears)
        limit = replace(limit, need_bad=row.need_bad, need_good=row.need_good, clears=clears)
    return Judgeable(row, limit)


def _points(series: Series, limits: list[Limit]) -> list[Point]:
    """As many of the newest values as decide over these limits, in order of time."""
    valued = Reading.objects.filter(series=series, value__isnull=False).order_by("-at")
    newest = list(valued.values_list("at", "value")[: max(judging.most_needed(limits), 1)])
    reach = judging.longest_needed(limits)
    if newest and reach:
        since = newest[0][0] - reach
        before = valued.filter(at__lte=since).values_list("at", flat=True).first()
        wanted = valued.filter(at__gte=before or since)
        newest = max(newest, list(wanted.values_list("at", "value")[:MOST_POINTS]), key=len)
    return [Point(at, value) for at, value in reversed(newest) if value is not None]


def _stands_anew(found: Judgeable, points: list[Point], now: datetime) -> bool:
    is_raised = judging.judge(found.limit, points, is_raised=found.is_raised)
    if is_raised == found.is_raised:
        return False
    found.row.standing = Standing.RAISED if is_raised else Standing.CALM
    found.row.standing_since = now
    found.row.save(update_fields=["standing", "standing_since"])
    return True


def _wrong(
    watch: Watch, series: Series, judged: list[Judgeable], newest: Point | None, now: datetime
) -> Found | None:
    """What is wrong with a metric now, by the worst of its limits."""
    raised = [
        (Severity(one.row.severity), one.limit)
        for one in judged
        if isinstance(one.row, AlertRule) and one.is_raised
    ]
    if raised and newest is not None:
        severity, limit = max(raised, key=lambda one: one[0] == Severity.CRITICAL)
        return Found(
            severity, f"{series.title}: {limit.condition.explain(newest.value, series.unit)}"
        )
    if is_silent(watch, series, now):
        return Found(Severity.WARNING, silence_of(series), is_silence=True)
    return None


def is_silent(watch: Watch, series: Series, now: datetime) -> bool:
    """Whether it has given no value for so long that this is told.

    After the end none is due, and what a person enters is never due by itself.
    """
    if series.is_entered:
        return False
    assert watch.opened_at is not None
    assert watch.ends_at is not None
    since, until = series.valued_at or watch.opened_at, min(now, watch.ends_at)
    return until - since > pace.silence(watch.opened_at, watch.pace, until)


def silence_of(series: Series) -> str:
    why = series.last.reason if series.last and series.last.value is None else ""
    return f"{series.title}: no value comes{f' ({why})' if why else ''}"


def _ask(
    deployment: Deployment, trigger: Trigger, limit: Limit, newest: Point, now: datetime
) -> None:
    explained = limit.condition.explain(newest.value, limit.unit)
    asking.ask(
        deployment,
        f"{trigger.text}: {explained}",
        is_automatic=trigger.is_automatic,
        countdown=timedelta(seconds=trigger.countdown_seconds),
        now=now,
        decider=trigger.decided_by,
    )
