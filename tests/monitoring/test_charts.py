"""What charts draw: buckets that lose no peak, lines that stop where nothing came, and limits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from deployments import clock
from deployments.models import Deployment
from monitoring import charts, services
from monitoring.models import Watch
from monitoring.services import Value
from tests.builders import Team, make_deployment, make_environment, signed_in
from tests.monitoring.makers import CRITICAL, MINUTE, TRIGGER, WARNING, machine, make_watch

HOUR = timedelta(hours=1)
VALUES = {0: 80, 1: 90, 3: 70, 4: 85, 90: 88, 94: 89}


@pytest.fixture
def watch(team: Team) -> Watch:
    """Opened forty hours ago; from its 4th to its 90th minute nothing came."""
    watch = make_watch(team, alerts=(WARNING, CRITICAL), triggers=[TRIGGER])
    now = clock.now()
    watch.opened_at, watch.ends_at = now - timedelta(hours=40), now + timedelta(hours=8)
    watch.save()
    values = [
        Value("hit_rate", Decimal(number), watch.opened_at + minute * MINUTE)
        for minute, number in VALUES.items()
    ]
    services.push(watch.deployment_id, values, actor=machine())
    return watch


def drawn(watch: Watch, since: int | None = None) -> list[list[float | None]]:
    """The columns of the one chart, instants as minutes of the watch."""
    assert watch.opened_at is not None
    from_then_on = None if since is None else watch.opened_at + since * MINUTE
    instants, *numbers = charts.points(watch, watch.opened_at + 40 * HOUR, from_then_on)["series"][
        "hit_rate"
    ]
    begun = watch.opened_at.timestamp()
    return [[round((at - begun) / 60) for at in instants], *numbers]


def test_buckets_keep_the_highest_and_the_lowest_and_a_gap_interrupts_the_line(
    watch: Watch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert drawn(watch) == [
            [0, 4, 8, 88, 92],
            [80, 85, None, 88, 89],
            [70, 85, None, 88, 89],
            [90, 85, None, 88, 89],
        ]


@pytest.mark.parametrize(
    ("hours", "width", "points"),
    [(0, 60, 7), (12, 60, 7), (13, 120, 6), (25, 240, 5), (60, 240, 5)],
)
def test_buckets_are_narrow_as_long_as_little_has_passed(
    watch: Watch, hours: int, width: int, points: int
) -> None:
    assert watch.opened_at is not None
    found = charts.points(watch, watch.opened_at + hours * HOUR)
    assert found["width"] == width
    assert len(found["series"]["hit_rate"][0]) == points


def test_points_from_an_instant_on_begin_with_its_whole_bucket(watch: Watch) -> None:
    assert drawn(watch, since=91)[:2] == [[88, 92], [88, 89]]
    assert drawn(watch, since=3)[0][0] == 0


def test_address_of_the_points_tells_them_to_who_sees_the_service(team: Team, watch: Watch) -> None:
    address = reverse("monitoring:points", args=[watch.deployment_id])
    told = signed_in(team.stakeholder).get(address, {"since": "no instant"}).json()
    assert (told["width"], len(told["series"]["hit_rate"][0])) == (240, 5)
    assert [one["text"] for one in told["marks"]] == ["Completed"]
    assert signed_in(team.outsider).get(address).status_code == 404


def test_chart_is_shaded_beyond_every_limit_and_a_widget_says_what_nothing_measures(
    watch: Watch,
) -> None:
    watch.deployment.widgets.create(title="Cache", series=["Hit rate", "misses"], position=1)
    (group,) = charts.charts_of(watch.deployment)
    assert (group.title, group.unmeasured) == ("Cache", ["misses"])
    bands = [(band["from"], band["above"], band["severity"]) for band in group.charts[0].bands]
    assert bands == [(80, False, "warning"), (70, False, "critical"), (60, False, "critical")]


def test_what_no_widget_names_is_told_apart_only_where_a_widget_is_drawn(watch: Watch) -> None:
    watch.deployment.widgets.create(title="Cache", series=["misses"], position=1)
    assert [one.title for one in charts.charts_of(watch.deployment)] == ["Cache", ""]

    watch.series.create(key="errors", title="Errors")
    watch.deployment.widgets.update(series=["Hit rate", "misses"])
    assert [one.title for one in charts.charts_of(watch.deployment)] == ["Cache", "Other metrics"]


def test_what_happened_at_the_place_meanwhile_is_a_line_through_every_chart(
    watch: Watch, team: Team
) -> None:
    deployment, opened = watch.deployment, watch.opened_at
    assert opened is not None
    for hours, name in (
        (-1, "Before"),
        (3, "Storage layer 1.5, the next of its kind"),
        (70, "After"),
    ):
        other = make_deployment(team)
        Deployment.objects.filter(pk=other.pk).update(
            package=name, started_at=opened + hours * HOUR
        )
    elsewhere = make_deployment(team)
    Deployment.objects.filter(pk=elsewhere.pk).update(
        environment=make_environment("staging"), started_at=opened + 4 * HOUR
    )
    deployment.rollback_at = opened + 5 * HOUR
    found = [
        (round((one["at"] - opened.timestamp()) / 3600), one["text"])
        for one in charts.marks(deployment, watch)
    ]
    assert sorted(found) == [
        (0, "Completed"), (3, "Start of Storage layer 1.5, the next o…"), (5, "Rollback"),
    ]  # fmt: skip
