"""Readings are written once each, and weighed: asked by a worker, sent by a machine, or entered."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from deployments import clock, hints, history
from deployments.conditions import MOST_DIGITS, converted, fits
from deployments.exceptions import Invalid, require
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import rights_of
from gates.enums import Source
from monitoring import policies
from monitoring.enums import Means, Outcome
from monitoring.models import Reading, Series, Watch
from monitoring.pace import next_reading
from monitoring.services.weighing import weigh

# A machine's clock may run ahead of ours by so much.
MOST_AHEAD = timedelta(minutes=1)
MOST_AT_ONCE = 10_000
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Value:
    """What a machine or a person says a metric was, in a unit that fits the metric's."""

    key: str
    number: Decimal
    at: datetime | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a batch: written, and left out since that second was told already."""

    written: int
    known: int


@transaction.atomic
def keep(
    series_id: int, token: uuid.UUID, *, value: Decimal | None, outcome: Outcome, reason: str
) -> bool:
    """Write what a worker found, if its claim still holds, and fix when it is asked next."""
    deployment = Deployment.objects.lock(_deployment_of(series_id))
    now = clock.now()
    series = Series.objects.select_related("watch", "last", "metric").get(pk=series_id)
    watch = series.watch
    if series.token != token or watch.opened_at is None or watch.ends_at is None:
        return False
    following = next_reading(watch.opened_at, watch.ends_at, watch.pace, now)
    series.token, series.lease_until = None, None
    series.next_at = following if policies.is_measured(deployment) else None
    reading = Reading(
        series=series, at=now, value=value, outcome=outcome, means=Means.ASKED,
        reason=cut(reason, 300),
    )  # fmt: skip
    _write(series, [reading])
    weigh(deployment, watch, [series], now)
    hints.changed(deployment.pk)
    return True


@transaction.atomic
def push(deployment_id: int, values: Sequence[Value], *, actor: User) -> Taken:
    """Take values that a machine measured itself; all of them, or none with the reason.

    Their instants count to the second of the watch, which so holds no more of a metric than it
    has seconds. The same metric and second again is left out, so that a machine may repeat itself.
    They may come in any order; the order of their instants counts.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_push(rights_of(actor, deployment.service), deployment))
    return _take(deployment, values, Source.PUSHED, Means.PUSHED)


@transaction.atomic
def enter(deployment_id: int, key: str, number: Decimal, *, actor: User) -> Taken:
    """Take the value of a metric that a person reads somewhere; the history says who."""
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_enter(rights_of(actor, deployment.service), deployment))
    taken = _take(deployment, [Value(key, number)], Source.BY_HAND, Means.BY_HAND)
    series = Series.objects.get(watch__deployment=deployment, key=key)
    history.record(
        deployment, "value entered", actor=actor, obj=series, after={"value": format(number, "f")}
    )
    return taken


def _take(deployment: Deployment, values: Sequence[Value], source: Source, means: Means) -> Taken:
    if len(values) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} values come at once; send these in parts.")
    watch, now = Watch.objects.get(deployment=deployment), clock.now()
    series = {
        one.key: one
        for one in watch.series.filter(metric__source=source).select_related("last", "metric")
    }
    brought: dict[str, list[Reading]] = defaultdict(list)
    for value in values:
        require(_refusal_of(value, series, watch, now))
        at = min(value.at or now, now)
        if means == Means.PUSHED:
            at = _to_the_second(at, watch)
        brought[value.key].append(_reading(value, series[value.key], means, at))
    written = sum(_write(series[key], readings) for key, readings in brought.items())
    weigh(deployment, watch, [series[key] for key in brought], now)
    hints.changed(deployment.pk)
    return Taken(written, len(values) - written)


def _refusal_of(
    value: Value, series: dict[str, Series], watch: Watch, now: datetime
) -> Invalid | None:
    known = series.get(value.key)
    if known is None:
        return Invalid(f"No metric “{value.key}” of this watch takes values in this way.")
    if value.unit is not None and not fits(value.unit, known.unit):
        return Invalid(f"“{value.key}” is measured in {known.unit or 'plain numbers'}.")
    if not value.number.is_finite() or abs(value.number.adjusted()) >= MOST_DIGITS:
        return Invalid(f"“{value.key}” needs a finite number of at most {MOST_DIGITS} digits.")
    at = value.at or now
    if at > now + MOST_AHEAD:
        return Invalid(f"The value of “{value.key}” lies in the future; set that machine's clock.")
    if watch.opened_at is not None and at < watch.opened_at:
        return Invalid(f"The value of “{value.key}” is older than the watch.")
    if watch.ends_at is not None and at > watch.ends_at:
        return Invalid(f"The watch has ended; the value of “{value.key}” is of a later time.")
    return None


def _to_the_second(at: datetime, watch: Watch) -> datetime:
    """Of the watch, so that no value moves into a bucket of a chart before its own."""
    begun = watch.opened_at or EPOCH
    return begun + (at - begun) // SECOND * SECOND


def _reading(value: Value, series: Series, means: Means, at: datetime) -> Reading:
    unit = series.unit if value.unit is None else value.unit
    own = converted(value.number, unit, series.unit)
    return Reading(series=series, at=at, value=own, outcome=Outcome.GOOD, means=means)


def _write(series: Series, readings: Sequence[Reading]) -> int:
    """Write those whose instant is new, and let the series know its newest one.

    The lock on the deployment keeps two writers from the same instant.
    """
    once = {reading.at: reading for reading in reversed(readings)}
    known = Reading.objects.filter(series=series, at__in=once).values_list("at", flat=True)
    for at in known:
        del once[at]
    Reading.objects.bulk_create(once.values(), batch_size=1000)
    for reading in once.values():
        if series.last is None or reading.at > series.last.at:
            series.last = reading
        if reading.value is not None and reading.at > (series.valued_at or EPOCH):
            series.valued_at = reading.at
    series.save(update_fields=["last", "valued_at", "next_at", "token", "lease_until"])
    return len(once)


def _deployment_of(series_id: int) -> int:
    found: int = Series.objects.values_list("watch__deployment", flat=True).get(pk=series_id)
    return found
