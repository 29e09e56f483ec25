"""A whole watch of 48 hours on the portal's own clock: what is told, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from deployments import clock
from deployments.models import Event
from monitoring import services, sweeps
from monitoring.definitions import AlertDefinition, TargetDefinition
from monitoring.enums import Answer, Channel, Verdict
from monitoring.models import Alert, Question, Reading, Target, Watch
from monitoring.pace import next_reading
from monitoring.services import Value
from tests.builders import Team, find_team
from tests.communications.conftest import move_clock
from tests.monitoring.makers import (
    CRITICAL,
    MINUTE,
    TRIGGER,
    WARNING,
    machine,
    make_watch,
)

SLOW = AlertDefinition("Slow for long", "latency > 200 ms for 30 min")
TARGETS = [
    TargetDefinition("Above 85 % within an hour", "hit_rate > 85 % within 1 h of complete"),
    TargetDefinition("Above 95 %", "hit_rate > 95 %"),
    TargetDefinition("Fast", "latency < 200 ms"),
    TargetDefinition("Hardly anybody complains", "incidents < 2"),
    TargetDefinition("It feels right"),
]
END = 48 * 60
# Until one sweep after an instant of the schedule, as beat has it.
UNTIL_THE_SWEEP = timedelta(seconds=20)
# From one minute of the watch to another, both included, a metric is so.
FLAPS = ((10, 12), (16, 18))
BREACH = (300, 320)
GAP = (1215, 1305)
IS_SLOW = (1800, 1845)
# Around these each value is sent when it is measured; in the calm between three come at once.
LIVE = ((8, 22), (60, 60), (295, 335), (1245, 1245), (1320, 1320), (1800, 1890), (END, END))
MOST_AT_ONCE = 3
HAPPENED = [
    (0, "incident reported"),
    (12, "alert raised"),
    (15, "alert ended"),
    (18, "alert came back"),
    (21, "alert ended"),
    (60, "target judged"),
    (310, "alert raised"),
    (310, "rollback asked"),
    (310, "rollback asked"),
    (325, "rollback unanswered"),
    (335, "alert ended"),
    (335, "rollback no longer asked"),
    (1245, "alert raised"),
    (1320, "alert ended"),
    (1830, "alert raised"),
    (1890, "alert ended"),
    (END, "target judged"),
    (END, "target judged"),
    (END, "target judged"),
    (END, "watch ended"),
]


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    return find_team()


def make_two_days(team: Team) -> Watch:
    """Opened just now, with limits of every kind and a first complaint."""
    watch = make_watch(
        team,
        alerts=(WARNING, CRITICAL, SLOW),
        triggers=[TRIGGER],
        targets=TARGETS,
        metrics={"hit_rate": "%", "latency": "ms"},
    )
    services.report_incident(
        watch.deployment_id, "Search is slow", channel=Channel.PAGE, reporter=team.stakeholder
    )
    return watch


def is_within(minute: int, *spans: tuple[int, int]) -> bool:
    return any(first <= minute <= last for first, last in spans)


def measured_at(minute: int) -> dict[str, int]:
    """What the machine measures; in the gap its counter of hits is broken."""
    latency = 250 if is_within(minute, IS_SLOW) else 120
    if is_within(minute, GAP):
        return {"latency": latency}
    bad = 75 if is_within(minute, *FLAPS) else 90
    return {"latency": latency, "hit_rate": 55 if is_within(minute, BREACH) else bad}


def minutes_of(watch: Watch) -> Iterator[int]:
    """The instants of the schedule."""
    assert watch.opened_at is not None
    assert watch.ends_at is not None
    at: datetime | None = watch.opened_at
    while at is not None:
        yield (at - watch.opened_at) // MINUTE
        at = next_reading(watch.opened_at, watch.ends_at, watch.pace, at)


def batches(minutes: Iterator[int], most: int = MOST_AT_ONCE) -> Iterator[list[int]]:
    held: list[int] = []
    for minute in minutes:
        held.append(minute)
        if is_within(minute, *LIVE) or len(held) == most:
            yield held
            held = []
    assert not held


def move_to(instant: datetime) -> None:
    move_clock(instant - clock.now())


def send(watch: Watch, minutes: list[int]) -> None:
    """What was measured at these, once the last of them has come."""
    assert watch.opened_at is not None
    values = [
        Value(key, Decimal(number), watch.opened_at + minute * MINUTE)
        for minute in minutes
        for key, number in measured_at(minute).items()
    ]
    move_to(watch.opened_at + minutes[-1] * MINUTE)
    services.push(watch.deployment_id, values, actor=machine())


def live_through(watch: Watch) -> None:
    """Values along the schedule, and a sweep after each time that some were sent."""
    for minutes in batches(minutes_of(watch)):
        send(watch, minutes)
        move_clock(UNTIL_THE_SWEEP)
        sweeps.sweep()
    # Nothing comes any more, which is nothing to be told once the watch is over.
    move_clock(timedelta(hours=2))
    sweeps.sweep()


def told(watch: Watch) -> list[tuple[int, str]]:
    """Since the watch was opened: in which minute, and what."""
    assert watch.opened_at is not None
    found = Event.objects.filter(deployment=watch.deployment_id, at__gt=watch.opened_at)
    rows = found.exclude(verb="watch opened").order_by("sequence").values_list("at", "verb")
    return [((at - watch.opened_at) // MINUTE, verb) for at, verb in rows]


def test_two_days_tell_what_happened_when_it_did_and_nothing_else(team: Team) -> None:
    watch = make_two_days(team)
    live_through(watch)
    assert told(watch) == HAPPENED
    assert_alerts()
    assert_judged()
    in_gap = len(range(GAP[0], GAP[1] + 1, 15))
    counts = [one.readings.count() for one in watch.series.order_by("key")]
    assert counts == [265 - in_gap, 265]
    assert not Reading.objects.exclude(means="pushed").exists()


def assert_alerts() -> None:
    found = Alert.objects.order_by("opened_at").values_list("severity", "times", "said")
    assert list(found) == [
        ("warning", 2, "Hit rate: 75 % is less than 80 %"),
        ("critical", 1, "Hit rate: 55 % is less than 70 %"),
        ("warning", 1, "Hit rate: no value comes"),
        ("warning", 1, "Latency: 250 ms is more than 200 ms"),
    ]
    assert not Alert.objects.open().exists()


def assert_judged() -> None:
    question = Question.objects.get()
    assert question.answer == Answer.WITHDRAWN
    assert question.because == [
        "Hit rate: 55 % is less than 70 %",
        "Hit rate breaks down: 55 % is less than 60 %",
    ]
    verdicts = Target.objects.order_by("position").values_list("verdict", flat=True)
    assert list(verdicts) == [Verdict.MET, Verdict.NOT_MET, Verdict.MET, Verdict.MET, ""]
