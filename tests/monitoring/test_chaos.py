"""Workers are killed and stopped at random while they ask many metrics; others go on.

In `make chaos` 300 series and 18 rounds of it, in about the first half hour of a watch: each metric
is due each minute, afterwards each fifth.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest

from connections.models import Connection
from deployments import clock
from gates.enums import Source
from gates.models import Metric
from monitoring import sweeps
from monitoring.models import Reading, Series, Watch
from monitoring.prober import LEASE
from tests.builders import Team, make_team
from tests.chaos import FULL
from tests.communications.conftest import move_clock
from tests.gates.numbering import Numbering, numbering
from tests.gates.workers import Worker
from tests.monitoring.makers import MINUTE, make_watch
from tests.waiting import until

SERIES, ROUNDS = (300, 18) if FULL else (24, 1)
# A worker that is stopped in the middle of a change keeps its locks for ten seconds.
PATIENCE = 300 if FULL else 120
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 if FULL else 300)]


@pytest.fixture
def asked() -> Iterator[Numbering]:
    with numbering() as server:
        yield server


def make_many(team: Team, asked: Numbering) -> Watch:
    """A watch just opened, in which so many metrics are asked of the server, each by its path."""
    Connection.objects.create(
        key="numbers", title="numbers", base_url=asked.url, permitted_ranges=["127.0.0.0/8"]
    )
    Metric.objects.bulk_create(
        Metric(
            service=team.service, key=f"number_{n}", title=f"Number {n}", source=Source.JSON,
            settings={"url": f"/{n}", "connection": "numbers", "path": "number", "seconds": 20},
        )
        for n in range(SERIES)
    )  # fmt: skip
    return make_watch(team, alerts=(), metrics={})


class Rounds:
    """Two workers, and sweeps as often as we look; a round kills one and stops the other."""

    def __init__(self, stack: ExitStack, environment: dict[str, str], asked: Numbering) -> None:
        self.stack, self.environment, self.asked = stack, environment, asked
        self.workers = [self.started(), self.started()]
        self.lost = 0

    def started(self) -> Worker:
        worker = Worker(self.environment)
        self.stack.callback(worker.kill)
        return worker

    def until(self, is_so: Callable[[], object]) -> None:
        def swept() -> object:
            sweeps.sweep()
            return is_so()

        until(swept, seconds=PATIENCE)

    def round(self) -> None:
        self.until_asked(random.randint(3, SERIES // 2))
        victim, sleeper = random.sample(self.workers, 2)
        time.sleep(random.uniform(0, 0.3))
        sleeper.signal(signal.SIGSTOP)
        victim.kill()
        until(lambda: not any(self.asked.open.values()))
        self.lost += Series.objects.filter(token__isnull=False).count()
        # Nobody works now, so that the leases of the dead may run out at once.
        self.later(LEASE)
        self.workers = [self.started(), sleeper]
        self.until_asked(random.randint(1, SERIES // 2))
        sleeper.signal(signal.SIGCONT)

    def later(self, by: timedelta) -> None:
        move_clock(by)
        self.asked.offset += by

    def until_asked(self, times: int) -> None:
        more = self.asked.count + times
        self.until(lambda: self.asked.count >= more)

    def until_calm(self) -> None:
        """Nothing is due and nothing is being asked."""
        self.until(
            lambda: (
                not Series.objects.filter(next_at__lte=clock.now()).exists()
                and not Series.objects.filter(token__isnull=False).exists()
            )
        )


def stale_readings(asked: Numbering) -> list[str]:
    """Readings that were kept though somebody else had already asked anew."""
    found = []
    for reading in Reading.objects.filter(value__isnull=False).select_related("series__metric"):
        metric = reading.series.metric
        assert metric is not None and reading.value is not None
        times = asked.asked[metric.settings["url"]]
        later = [at for number, at in times.items() if number > reading.value]
        if later and min(later) < reading.at:
            found.append(f"{reading}: {reading.number}, {times}")
    return found


def doubled(watch: Watch) -> list[str]:
    """Answers that were written down twice, and minutes of a metric with two readings."""
    assert watch.opened_at is not None
    rows = list(Reading.objects.values_list("series", "at", "value"))
    answers = Counter(value for _, _, value in rows if value is not None)
    minutes = Counter((series, (at - watch.opened_at) // MINUTE) for series, at, _ in rows)
    return [f"{what}: {times}" for what, times in [*answers.items(), *minutes.items()] if times > 1]


def last_due() -> datetime:
    """When each metric is due once more; what is asked less often later in a watch, too."""
    due = Series.objects.latest("next_at").next_at
    assert due is not None
    return due


def test_killed_and_stopped_workers_leave_no_metric_stuck_and_no_reading_twice(
    committed: dict[str, str], asked: Numbering
) -> None:
    watch = make_many(make_team(), asked)
    assert Series.objects.count() == SERIES
    began = time.monotonic()
    with ExitStack() as stack:
        rounds = Rounds(stack, committed, asked)
        for _ in range(ROUNDS):
            rounds.round()
        rounds.until_calm()
        calm_at = clock.now()
        rounds.later(last_due() - calm_at)
        rounds.until_calm()
        # What a worker that slept still had in its hands.
        time.sleep(1)
    print(
        f"{SERIES} metrics, {ROUNDS} workers killed and {ROUNDS} stopped with {rounds.lost} claims"
        f" in their hands, asked {asked.count} times, {Reading.objects.count()} readings"
        f" in {time.monotonic() - began:.0f} s"
    )
    fresh = set(Reading.objects.filter(at__gt=calm_at).values_list("series", flat=True))
    assert (len(fresh), asked.twice_at_once, doubled(watch)) == (SERIES, [], [])
    assert rounds.lost or not FULL
    assert stale_readings(asked) == []
    assert not Reading.objects.filter(value__isnull=True).exists()
