"""Metrics of a watch in numbers, and which of them are worth a picture."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import isnan

import pytest
from pytest_django import DjangoAssertNumQueries

from deployments import clock
from gates.enums import Source
from gates.models import Metric
from monitoring.drawing import png
from monitoring.enums import Means, Outcome
from monitoring.figures import MOST_PICTURES, figures_of, pictures_of, rounded
from monitoring.models import Reading, Series, Watch
from tests.builders import Team, find_team
from tests.monitoring.makers import TRIGGER, make_watch, push


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def measure(watch: Watch, number: int) -> Series:
    """One more metric without a limit, with one value."""
    key = f"load_{number}"
    metric = Metric.objects.create(
        service=watch.deployment.service, key=key, title=f"Load {number}", source=Source.PUSHED
    )
    series = Series.objects.create(watch=watch, metric=metric, key=key, title=metric.title)
    series.last = Reading.objects.create(
        series=series, at=clock.now(), value=number, outcome=Outcome.GOOD, means=Means.PUSHED
    )
    series.save()
    return series


def test_figure_says_newest_lowest_mean_and_highest_and_its_limits(team: Team) -> None:
    watch = make_watch(team, triggers=[TRIGGER])
    push(watch, 91.5, 75, 75, 75, 98)
    [one] = figures_of(watch.deployment)
    assert (one.now, one.lowest, one.average, one.highest) == ("98 %", "75 %", "82.9 %", "98 %")
    assert one.limits == "< 80 % (warning), < 70 % (critical), < 60 % (critical)"
    assert one.sentence == (
        "Hit rate: now 98 %, lowest 75 %, mean 82.9 %, highest 98 %. "
        f"Limits: {one.limits}. 1 alert."
    )


def test_metric_that_gave_nothing_says_so_and_is_not_drawn(team: Team) -> None:
    watch = make_watch(team)
    [one] = figures_of(watch.deployment)
    assert (one.now, one.lowest, one.highest) == ("no value", "no value", "no value")
    assert pictures_of(watch.deployment, [one]) == ()


def test_pictures_are_of_alerts_first_then_of_limits_and_few(team: Team) -> None:
    watch = make_watch(team)
    for number in range(MOST_PICTURES + 2):
        measure(watch, number)
    push(watch, 75, 75, 75)
    figures = figures_of(watch.deployment)
    assert len(figures) == MOST_PICTURES + 3
    pictures = pictures_of(watch.deployment, figures)
    assert [one.title for one in pictures] == [
        "Hit rate", *(f"Load {number}" for number in range(MOST_PICTURES - 1))
    ]  # fmt: skip


def test_picture_counts_its_hours_from_the_completion(team: Team) -> None:
    watch = make_watch(team)
    push(watch, 90, 85, every=timedelta(hours=6))
    [one] = pictures_of(watch.deployment, figures_of(watch.deployment))
    assert [round(hour) for hour in one.hours] == [6, 6, 12]
    assert round(one.until) == 12
    # Six hours without a value break the line.
    assert (one.mean[0], isnan(one.mean[1]), one.mean[2], one.unit) == (90, True, 85, "%")
    assert png(one).startswith(b"\x89PNG")
    assert {(band.edge, band.is_above, band.is_critical) for band in one.bands} == {
        (80, False, False), (70, False, True),
    }  # fmt: skip
    assert one.marks == ()


@pytest.mark.parametrize("number", [0, 20])
def test_figures_ask_as_many_questions_however_many_metrics_there_are(
    team: Team, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watch = make_watch(team)
    push(watch, 90)
    for each in range(number):
        measure(watch, each)
    with django_assert_num_queries(6):
        figures = figures_of(watch.deployment)
    with django_assert_num_queries(5):
        pictures_of(watch.deployment, figures)


@pytest.mark.parametrize(
    ("number", "said"),
    [("79.996", "79.996"), ("182.43761", "182.44"), ("1234567.8", "1234568"), ("0.000000012", "0")],
)
def test_numbers_are_short_and_still_tell_a_value_from_its_limit(number: str, said: str) -> None:
    assert rounded(Decimal(number)) == Decimal(said)
