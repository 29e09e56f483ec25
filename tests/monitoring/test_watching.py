"""A watch with values: its alerts, and what no value means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from deployments import clock
from deployments.enums import State
from deployments.exceptions import Invalid
from monitoring import panels, services, sweeps
from monitoring.enums import Severity
from monitoring.models import Alert, Question, Reading, Series
from monitoring.services import Value
from tests.builders import Team, find_team
from tests.communications.conftest import move_clock
from tests.monitoring.makers import (
    MINUTE,
    WARNING,
    machine,
    make_watch,
    push,
    state_of,
    verbs,
)


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def test_warning_is_raised_after_three_readings_and_ends_beyond_the_second_limit(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, 85, 79, 79)
    assert not Alert.objects.exists()
    push(watch, 79)
    alert = Alert.objects.get()
    assert (alert.severity, alert.said) == (Severity.WARNING, "Hit rate: 79 % is less than 80 %")
    push(watch, 81, 81, 81)
    assert Alert.objects.get().is_open
    push(watch, 83, 83, 83)
    assert not Alert.objects.get().is_open
    assert verbs(watch) == ["alert raised", "alert ended"]


def test_metric_that_gets_worse_is_one_alert_that_becomes_critical_and_asks_once(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, *[75] * 3)
    alert = Alert.objects.get()
    services.acknowledge(watch.deployment_id, alert.pk, actor=team.member, note="I look at it")
    push(watch, *[65] * 5)
    alert.refresh_from_db()
    assert (alert.severity, alert.acknowledged_by) == (Severity.CRITICAL, None)
    assert verbs(watch) == ["alert raised", "alert acknowledged", "alert raised", "rollback asked"]
    assert Question.objects.get().because == ["Hit rate: 65 % is less than 70 %"]


def test_flapping_metric_is_one_incident_and_is_told_once(team: Team) -> None:
    watch = make_watch(team)
    for _ in range(4):
        push(watch, *[75] * 3, *[90] * 3)
    assert Alert.objects.get().times == 4
    assert verbs(watch).count("alert raised") == 1
    move_clock(timedelta(hours=1))
    push(watch, *[75] * 3)
    assert Alert.objects.count() == 2
    assert verbs(watch).count("alert raised") == 2


def test_metric_that_is_no_longer_sent_is_told_by_the_sweep_and_is_never_healthy(
    team: Team,
) -> None:
    watch = make_watch(team)
    push(watch, 90)
    move_clock(2 * MINUTE)
    sweeps.sweep()
    assert not Alert.objects.exists()
    move_clock(2 * MINUTE)
    sweeps.sweep()
    sweeps.sweep()
    alert = Alert.objects.get()
    assert alert.is_silence
    assert alert.said == "Hit rate: no value comes"
    push(watch, 90)
    assert not Alert.objects.get().is_open


def test_limit_that_was_passed_stays_passed_while_nothing_comes(team: Team) -> None:
    watch = make_watch(team)
    push(watch, *[75] * 3)
    move_clock(timedelta(hours=2))
    sweeps.sweep()
    assert [(one.is_open, one.is_silence) for one in Alert.objects.all()] == [(True, False)]


def test_no_value_and_a_bad_value_are_told_as_two_things(team: Team) -> None:
    watch = make_watch(team)
    move_clock(4 * MINUTE)
    sweeps.sweep()
    push(watch, *[75] * 3)
    move_clock(MINUTE)
    start = clock.now()
    move_clock(5 * MINUTE)
    values = [Value("hit_rate", Decimal(90), start + n * timedelta(seconds=1)) for n in range(3)]
    services.push(watch.deployment_id, values, actor=machine())
    found = Alert.objects.order_by("opened_at").values_list("said", "is_silence", "times")
    assert list(found) == [
        ("Hit rate: no value comes", True, 2),
        ("Hit rate: 75 % is less than 80 %", False, 1),
    ]
    assert [one.is_open for one in Alert.objects.order_by("opened_at")] == [True, False]
    assert verbs(watch) == [
        "alert raised", "alert ended", "alert raised", "alert ended", "alert came back",
    ]  # fmt: skip


def test_values_may_be_repeated_and_come_in_any_order(team: Team) -> None:
    watch = make_watch(team)
    move_clock(5 * MINUTE)
    assert watch.opened_at is not None
    start = watch.opened_at + MINUTE
    values = [Value("hit_rate", Decimal(75), start + n * MINUTE) for n in (2, 0, 1)]
    first = services.push(watch.deployment_id, values, actor=machine())
    again = services.push(watch.deployment_id, [*values, values[0]], actor=machine())
    assert [(one.written, one.known) for one in (first, again)] == [(3, 0), (0, 4)]
    series = Series.objects.get()
    assert series.last is not None
    assert series.last.at == start + 2 * MINUTE
    assert Alert.objects.get().is_open


def test_machine_that_never_stops_fills_one_reading_a_second(team: Team) -> None:
    watch = make_watch(team)
    assert watch.opened_at is not None
    move_clock(MINUTE)
    start = watch.opened_at + timedelta(seconds=30)
    values = [
        Value("hit_rate", Decimal(90 - n % 10), start + n * timedelta(milliseconds=100))
        for n in range(30)
    ]
    taken = services.push(watch.deployment_id, values, actor=machine())
    assert (taken.written, taken.known) == (3, 27)
    later = [Value("hit_rate", Decimal(1), start + timedelta(seconds=1, microseconds=7))]
    assert services.push(watch.deployment_id, later, actor=machine()).written == 0
    kept = list(Reading.objects.values_list("at", "value"))
    assert kept == [(start + n * timedelta(seconds=1), Decimal(90)) for n in range(3)]


def test_value_of_the_second_in_which_the_watch_opened_is_not_before_it(team: Team) -> None:
    watch = make_watch(team)
    assert watch.opened_at is not None
    move_clock(MINUTE)
    at_once = Value("hit_rate", Decimal(90), watch.opened_at + timedelta(microseconds=1))
    assert services.push(watch.deployment_id, [at_once], actor=machine()).written == 1
    assert Reading.objects.get().at == watch.opened_at


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Value("unheard_of", Decimal(1)), "No metric “unheard_of”"),
        (Value("hit_rate", Decimal(1), unit="ms"), "is measured in %"),
        (Value("hit_rate", Decimal("NaN")), "finite number"),
        (Value("hit_rate", Decimal("1e40")), "finite number"),
    ],
)
def test_value_that_makes_no_sense_is_refused_with_all_that_came_with_it(
    team: Team, value: Value, sentence: str
) -> None:
    watch = make_watch(team)
    good = Value("hit_rate", Decimal(90))
    with pytest.raises(Invalid, match=sentence):
        services.push(watch.deployment_id, [good, value], actor=machine())
    assert not Reading.objects.exists()


def test_value_of_a_clock_that_runs_ahead_or_behind_is_refused(team: Team) -> None:
    watch = make_watch(team)
    for off, sentence in ((5 * MINUTE, "lies in the future"), (-5 * MINUTE, "older than the")):
        value = Value("hit_rate", Decimal(90), clock.now() + off)
        with pytest.raises(Invalid, match=sentence):
            services.push(watch.deployment_id, [value], actor=machine())
    slightly = Value("hit_rate", Decimal(90), clock.now() + timedelta(seconds=30))
    services.push(watch.deployment_id, [slightly], actor=machine())
    assert Reading.objects.get().at <= clock.now()


def test_watch_ends_once_and_takes_nothing_more(team: Team) -> None:
    watch = make_watch(team)
    move_clock(timedelta(hours=49))
    late = Value("hit_rate", Decimal(50))
    with pytest.raises(Invalid, match="The watch has ended"):
        services.push(watch.deployment_id, [late], actor=machine())
    sweeps.sweep()
    sweeps.sweep()
    in_time = [
        Value("hit_rate", Decimal(50), clock.now() - timedelta(hours=2) - n * MINUTE)
        for n in range(4)
    ]
    services.push(watch.deployment_id, in_time, actor=machine())
    assert not Alert.objects.filter(is_silence=False).exists()
    assert verbs(watch).count("watch ended") == 1
    assert state_of(watch) == State.WATCHING


def test_database_keeps_one_question_one_alert_and_no_reading_without_a_value(team: Team) -> None:
    watch = make_watch(team)
    push(watch, *[65] * 3)
    question, alert, series = Question.objects.get(), Alert.objects.get(), Series.objects.get()
    for again in (question, alert):
        again.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.create(series=series, at=clock.now(), outcome="good", means="asked")


def test_panel_knows_a_limit_by_its_metric_however_it_is_spelled(team: Team) -> None:
    watch = make_watch(team, alerts=[replace(WARNING, condition="hit_rate<80%")])
    push(watch, 75, 75, 75)
    [row] = panels.watch_panel(watch.deployment)["rows"]
    assert [(one.condition, one.standing) for one in row.limits] == [("hit_rate<80%", "raised")]
