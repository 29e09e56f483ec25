"""The worker's side: what a source says becomes one reading, whoever asks, dies or comes late."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deployments import clock, portal_hold
from deployments.models import PortalHold
from gates.enums import Source
from gates.models import Metric
from monitoring import prober, sweeps, tasks
from monitoring.definitions import AlertDefinition, TargetDefinition
from monitoring.enums import Means, Outcome, Verdict
from monitoring.models import Alert, Reading, Series, Target, Watch
from tests.builders import Team, make_team
from tests.communications.conftest import move_clock
from tests.gates.makers import make_connection
from tests.gates.workers import working
from tests.monitoring.makers import MINUTE, WARNING, make_watch
from tests.servers import Behaviour, Server, answering, closed_port, hanging_up, serving
from tests.waiting import until

SECOND = timedelta(seconds=1)


def saying(rate: object) -> Behaviour:
    return answering(200, json.dumps({"rate": rate}).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(saying(91.5)) as server:
        yield server


@pytest.fixture
def go() -> threading.Event:
    """Lets the first caller of `holding` go on."""
    return threading.Event()


@pytest.fixture
def holding(go: threading.Event) -> Iterator[Server]:
    """Keeps its first caller waiting until it is let go, and tells the next one another value."""

    def behave(caller: socket.socket, server: Server) -> None:
        is_first = len(server.requests) == 1
        if is_first:
            go.wait(60)
        saying(50 if is_first else 91.5)(caller, server)

    with serving(behave) as server:
        yield server
        go.set()


def make_asked(
    team: Team,
    server: Server,
    *,
    alerts: tuple[AlertDefinition, ...] = (WARNING,),
    targets: tuple[TargetDefinition, ...] = (),
) -> Series:
    """A watch just opened, whose one metric is asked of the server."""
    make_connection(server)
    Metric.objects.create(
        service=team.service, key="hit_rate", title="Hit rate", unit="%", source=Source.JSON,
        settings={"url": "/metrics", "connection": "local", "path": "rate", "seconds": 15},
    )  # fmt: skip
    make_watch(team, alerts=alerts, targets=targets, metrics={})
    return Series.objects.get()


def ask_again(series: Series) -> bool:
    """As at the next instant of the schedule."""
    Series.objects.filter(pk=series.pk).update(next_at=clock.now())
    return prober.sample(series.pk)


def let_the_lease_end() -> None:
    now = clock.now()
    Series.objects.update(lease_until=now - SECOND, hinted_at=now - MINUTE)


def test_value_is_kept_with_its_outcome_and_the_schedule_goes_on(
    team: Team, server: Server
) -> None:
    series = make_asked(team, server)
    opened = Watch.objects.get().opened_at
    assert opened is not None
    assert series.next_at == opened
    assert prober.sample(series.pk)
    reading = Reading.objects.get()
    assert (reading.number, reading.outcome, reading.means, reading.reason) == (
        "91.5", Outcome.GOOD, Means.ASKED, "",
    )  # fmt: skip
    series.refresh_from_db()
    assert (series.last, series.valued_at) == (reading, reading.at)
    assert (series.next_at, series.token, series.lease_until) == (opened + MINUTE, None, None)
    assert not prober.sample(series.pk)
    assert len(server.requests) == 1


def test_reading_that_comes_late_shifts_no_later_one(real_team: Team, server: Server) -> None:
    series = make_asked(real_team, server)
    opened = Watch.objects.get().opened_at
    assert opened is not None
    for waited, following in ((2.5, 3), (30, 35), (4 * 60, 275), (4 * 60, 525), (30 * 60, 2325)):
        move_clock(waited * MINUTE)
        assert prober.sample(series.pk)
        series.refresh_from_db()
        assert series.next_at == opened + following * MINUTE
    move_clock(600 * MINUTE)
    assert prober.sample(series.pk)
    assert not prober.sample(series.pk)
    series.refresh_from_db()
    assert series.next_at is None


@pytest.mark.parametrize(
    ("behave", "outcome", "reason"),
    [
        (answering(503), "error", "answered 503, needs 200"),
        (answering(200, b"not found"), "error", ""),
        (answering(200, b'{"rate": NaN}'), "error", ""),
        (answering(200, b'{"rate": Infinity}'), "error", ""),
        (answering(200, b'{"rate": 1e400}'), "error", ""),
        (saying("NaN"), "error", "rate leads to “NaN”, which is no usable number."),
        (saying("many"), "error", "rate leads to “many”, which is no number."),
        (saying("a\0b"), "error", "rate leads to “a\ufffdb”, which is no number."),
        (saying("\ud800"), "error", "rate leads to “?”, which is no number."),
        (saying("9" * 31), "error", ""),
        (saying(True), "error", "rate leads to true, which is no number."),
        (saying([91.5]), "error", ""),
        (saying(None), "no_data", "rate leads to nothing"),
        (answering(200, b'{"other": 1}'), "no_data", "rate leads to nothing"),
        (hanging_up, "error", ""),
    ],
)
def test_what_gives_no_value_is_a_reading_with_its_reason_and_never_healthy(
    team: Team, server: Server, behave: Behaviour, outcome: str, reason: str
) -> None:
    target = TargetDefinition("Above 85 %", "hit_rate > 85 %")
    series = make_asked(team, server, targets=(target,))
    server.behave = behave
    assert prober.sample(series.pk)
    reading = Reading.objects.get()
    assert (reading.value, reading.outcome) == (None, outcome)
    assert reading.reason.startswith(reason)
    assert reading.reason
    series.refresh_from_db()
    assert (series.last, series.valued_at, series.token) == (reading, None, None)
    assert series.next_at is not None
    Target.objects.update(due_at=clock.now())
    sweeps.sweep()
    assert Target.objects.get().verdict == Verdict.UNKNOWN


def test_source_that_is_down_is_a_reading_that_says_so(team: Team, server: Server) -> None:
    series = make_asked(team, server)
    server.port = closed_port()
    make_connection(server, "down")
    Metric.objects.update(settings={"url": "/m", "connection": "down", "path": "rate"})
    assert prober.sample(series.pk)
    reading = Reading.objects.get()
    assert (reading.value, reading.outcome) == (None, Outcome.ERROR)
    assert "the connection was refused" in reading.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: Metric.objects.all().delete(), "The metric was removed from the service."),
        (
            lambda: Metric.objects.update(unit="ms"),
            "The metric's unit was changed; this watch began in “%”.",
        ),
    ],
)
def test_metric_that_vanishes_or_changes_its_unit_is_not_asked_and_says_so(
    team: Team, server: Server, change: Callable[[], object], reason: str
) -> None:
    series = make_asked(team, server)
    assert prober.sample(series.pk)
    change()
    assert ask_again(series)
    newest = Reading.objects.latest("at")
    assert (newest.value, newest.outcome, newest.reason) == (None, Outcome.ERROR, reason)
    assert len(server.requests) == 1


def test_three_readings_without_a_value_are_an_alert_with_the_reason_until_one_comes(
    real_team: Team, server: Server
) -> None:
    series = make_asked(real_team, server)
    prober.sample(series.pk)
    server.behave = answering(503)
    for missed in range(1, 4):
        move_clock(MINUTE)
        assert prober.sample(series.pk)
        assert Alert.objects.exists() == (missed == 3)
    alert = Alert.objects.get()
    assert alert.is_silence
    assert alert.said == "Hit rate: no value comes (answered 503, needs 200)"
    server.behave = saying(91.5)
    move_clock(MINUTE)
    assert prober.sample(series.pk)
    assert not Alert.objects.get().is_open


def test_sweep_tells_a_worker_once_and_again_when_none_comes(team: Team, server: Server) -> None:
    series = make_asked(team, server)
    Series.objects.update(hinted_at=None)
    now = clock.now()
    told = [sweeps.wake_due(now + n * SECOND) for n in (0, 1, 14, 16, 17)]
    assert told == [1, 0, 0, 1, 0]
    Series.objects.update(lease_until=now + MINUTE)
    assert [sweeps.wake_due(now + n * SECOND) for n in (40, 61)] == [0, 1]
    assert prober.sample(series.pk) is False


def test_held_portal_asks_nothing(team: Team, server: Server) -> None:
    series = make_asked(team, server)
    portal_hold.hold("A backup was restored.", None, restored=False, using="default")
    tasks.sample.apply((series.pk,), throw=True)
    tasks.sweep.apply(throw=True)
    assert (sweeps.wake_due(clock.now()), server.requests) == (0, [])
    assert not Reading.objects.exists()
    PortalHold.objects.all().delete()
    tasks.sample.apply((series.pk,), throw=True)
    assert Reading.objects.get().outcome == Outcome.GOOD


def test_reading_costs_the_same_questions_however_many_limits_name_its_metric(
    team: Team, server: Server
) -> None:
    series = make_asked(team, server)
    prober.sample(series.pk)
    rules = Watch.objects.get().deployment.alertrules
    costs = []
    for more in (0, 40):
        for n in range(more):
            rules.create(
                text=f"Below {n}", condition=f"hit_rate < {n} %", key=f"below-{n}", position=9 + n
            )
        with CaptureQueriesContext(connection) as asked:
            assert ask_again(series)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def sample_in_thread(series: Series, results: list[bool]) -> threading.Thread:
    def work() -> None:
        try:
            results.append(prober.sample(series.pk))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_two_workers_ask_one_metric_once(
    real_team: Team, holding: Server, go: threading.Event
) -> None:
    series, results = make_asked(real_team, holding), list[bool]()
    threads = [sample_in_thread(series, results) for _ in range(4)]
    until(lambda: len(results) == 3)
    assert results == [False] * 3
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    assert len(holding.requests) == 1
    assert [one.number for one in Reading.objects.all()] == ["50"]


def test_late_answer_of_a_worker_that_lost_its_claim_is_thrown_away(
    real_team: Team, holding: Server, go: threading.Event
) -> None:
    series, results = make_asked(real_team, holding), list[bool]()
    late = sample_in_thread(series, results)
    until(lambda: holding.requests)
    let_the_lease_end()
    assert prober.sample(series.pk)
    series.refresh_from_db()
    before = (series.next_at, series.last_id)
    go.set()
    late.join()
    series.refresh_from_db()
    assert results == [False]
    assert [one.number for one in Reading.objects.all()] == ["91.5"]
    assert (series.next_at, series.last_id) == before


def test_answer_that_comes_after_the_end_of_the_watch_asks_for_no_more(
    real_team: Team, holding: Server, go: threading.Event
) -> None:
    series, results = make_asked(real_team, holding), list[bool]()
    late = sample_in_thread(series, results)
    until(lambda: holding.requests)
    move_clock(timedelta(hours=49))
    sweeps.sweep()
    go.set()
    late.join()
    series.refresh_from_db()
    assert series.next_at is None
    assert not Series.objects.due(clock.now() + timedelta(days=1)).exists()


@pytest.mark.slow
def test_killed_worker_leaves_a_metric_that_another_one_asks(
    committed: dict[str, str], holding: Server
) -> None:
    series = make_asked(make_team(), holding)
    with working(committed) as victim:
        until(lambda: holding.requests)
        victim.kill()
    assert not Series.objects.filter(token=None).exists()
    assert not Reading.objects.exists()
    let_the_lease_end()
    with working(committed):
        sweeps.sweep()
        until(Reading.objects.exists)
    assert [one.number for one in Reading.objects.all()] == ["91.5"]
    assert Series.objects.filter(pk=series.pk, token=None).exists()
    assert len(holding.requests) == 2
