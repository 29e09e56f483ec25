"""Metrics of a watch in numbers, and the few of them that are worth a picture in a mail.

A picture holds all that is drawn, as plain numbers; `drawing` makes an image of it, in workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from math import nan
from typing import Any

from django.db.models import Avg, Count, Max, Min

from deployments import clock
from deployments.conditions import amount
from deployments.models import Deployment
from monitoring.charts import Chart, Group, charts_of, marks, points
from monitoring.enums import Severity
from monitoring.models import Alert, Reading, Watch

MOST_PICTURES = 6
HOUR = 3600
NOTHING = (None, None, None)
# So many digits tell a value from the limit that it just passed.
DIGITS, PLACES = 5, 6


@dataclass(frozen=True)
class Figure:
    """One metric in numbers; `low`, `mean` and `high` are None where no value ever came."""

    chart: Chart
    low: Decimal | None
    mean: Decimal | None
    high: Decimal | None
    alerts: int

    @property
    def title(self) -> str:
        return self.chart.series.title

    @property
    def now(self) -> str:
        """What its newest reading says; one that has no value says so."""
        last = self.chart.series.last
        return self._words(last.value if last else None)

    @property
    def lowest(self) -> str:
        return self._words(self.low)

    @property
    def average(self) -> str:
        return self._words(self.mean, DIGITS - 1)

    @property
    def highest(self) -> str:
        return self._words(self.high)

    @property
    def limits(self) -> str:
        """Beyond which it is bad, each once: “< 80 % (warning), < 70 % (critical)”."""
        key = f"{self.chart.series.key} "
        said = [
            f"{band['text'].removeprefix(key)} ({Severity(band['severity']).label.lower()})"
            for band in self.chart.bands
        ]
        return ", ".join(dict.fromkeys(said))

    @property
    def sentence(self) -> str:
        """All of it in words, for whoever does not see the picture."""
        numbers = (
            f"{self.title}: now {self.now}, lowest {self.lowest}, mean {self.average}, "
            f"highest {self.highest}."
        )
        limits = f" Limits: {self.limits}." if self.limits else ""
        alerts = f" {self.alerts} alert{'' if self.alerts == 1 else 's'}." if self.alerts else ""
        return numbers + limits + alerts

    def _words(self, number: Decimal | None, digits: int = DIGITS) -> str:
        if number is None:
            return "no value"
        return amount(rounded(number, digits), self.chart.series.unit)


@dataclass(frozen=True)
class Band:
    """What is shaded from `edge` on, upwards or downwards."""

    edge: float
    is_above: bool
    is_critical: bool


@dataclass(frozen=True)
class Picture:
    """One metric as it is drawn for all readers alike: its times are hours since the completion.

    Where nothing came for a while stands NaN, which breaks the line.
    """

    name: str
    title: str
    unit: str
    words: str
    until: float
    hours: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    bands: tuple[Band, ...]
    marks: tuple[tuple[float, str], ...]


def figures_of(deployment: Deployment) -> list[Figure]:
    """Each metric once, in the order of the charts; six queries, however many there are."""
    return figures_in(charts_of(deployment))


def figures_in(groups: Sequence[Group]) -> list[Figure]:
    """Of the charts that are known already, in two queries."""
    charts = {chart.series.pk: chart for group in groups for chart in group.charts}
    if not charts:
        return []
    valued = Reading.objects.filter(series__in=charts, value__isnull=False).values("series")
    found = valued.annotate(low=Min("value"), mean=Avg("value"), high=Max("value"))
    numbers = {
        pk: tuple(three)
        for pk, *three in found.order_by().values_list("series", "low", "mean", "high")
    }
    raised = Alert.objects.filter(series__in=charts).values("series").annotate(count=Count("pk"))
    alerts = dict(raised.order_by().values_list("series", "count"))
    made = []
    for pk, chart in charts.items():
        low, mean, high = numbers.get(pk, NOTHING)
        made.append(Figure(chart, low, mean, high, alerts.get(pk, 0)))
    return made


def pictures_of(deployment: Deployment, figures: Sequence[Figure]) -> tuple[Picture, ...]:
    """Of what had alerts first, then of what has limits; six at most, in five queries."""
    watch = Watch.objects.filter(deployment=deployment, opened_at__isnull=False).first()
    if watch is None or not figures:
        return ()
    lines, now = marks(deployment, watch), clock.now()
    drawn = points(watch, now)["series"]
    worth = sorted(figures, key=lambda one: (not one.alerts, not one.chart.bands))
    measured = (one for one in worth if one.chart.series.key in drawn)
    return tuple(
        _picture(one, watch, drawn[one.chart.series.key], lines, now)
        for one in islice(measured, MOST_PICTURES)
    )


def _picture(
    figure: Figure,
    watch: Watch,
    columns: Sequence[Sequence[float | None]],
    lines: list[dict[str, Any]],
    now: datetime,
) -> Picture:
    assert watch.opened_at is not None
    assert watch.ends_at is not None
    began, series = watch.opened_at.timestamp(), figure.chart.series
    at, mean, low, high = (_unbroken(column) for column in columns)
    until = max(min(now, watch.ends_at).timestamp(), *at)
    return Picture(
        name=f"{series.key}-{series.pk}",
        title=series.title,
        unit=series.unit,
        words=figure.sentence,
        until=(until - began) / HOUR,
        hours=_hours(at, began),
        mean=mean,
        low=low,
        high=high,
        bands=tuple(_bands(figure.chart)),
        # The first of them is where every picture begins.
        marks=tuple(
            ((one["at"] - began) / HOUR, one["text"]) for one in lines if one["at"] > began
        ),
    )


def _unbroken(column: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(nan if one is None else one for one in column)


def _hours(at: Iterable[float], began: float) -> tuple[float, ...]:
    return tuple((one - began) / HOUR for one in at)


def _bands(chart: Chart) -> Iterable[Band]:
    for band in chart.bands:
        yield Band(band["from"], band["above"], band["severity"] == Severity.CRITICAL)


def rounded(number: Decimal, digits: int = DIGITS) -> Decimal:
    """To so many digits that count, before the point never fewer than there are."""
    return round(number, min(max(digits - 1 - number.adjusted(), 0), PLACES))
