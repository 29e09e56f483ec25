"""R3 and R2: workers are killed and stopped, leases end, the broker is wiped; PORTAL_CHAOS=1: 500.

Whatever happens to those who measure, no run stays running, none counts twice, and no answer of
somebody who lost the run counts.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
import redis
from django.db.models import Count

from deployments import clock
from deployments.models import Event
from gates import services, sweeps
from gates.enums import RunState
from gates.models import Gate, GateRun, Sample
from tests.builders import make_deployment, make_team
from tests.gates.makers import make_http_gate
from tests.gates.workers import Worker
from tests.servers import Server, answering, serving

CHAOS = bool(os.environ.get("PORTAL_CHAOS"))
RUNS = 500 if CHAOS else 24
EACH = 25
WORKERS = 2
SECONDS = 900 if CHAOS else 90
pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS + 120)]


def slowly(caller, server: Server) -> None:
    """Long enough that many are in the middle of it when their worker dies."""
    time.sleep(random.uniform(0.05, 0.4))
    answering()(caller, server)


class Crowd:
    """Workers of which one is always about to be killed or stopped."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.workers = [Worker(environment) for _ in range(WORKERS)]
        self.deaths = self.stops = 0

    def kill_one(self) -> None:
        victim = self.workers.pop(0)
        victim.kill()
        self.workers.append(Worker(self.environment))
        self.deaths += 1

    def stop_one(self) -> None:
        """Sleeps through the end of its leases, then goes on as if nothing had happened."""
        sleeper = self.workers[0]
        sleeper.signal(signal.SIGSTOP)
        end_leases()
        sweeps.sweep()
        time.sleep(1)
        sleeper.signal(signal.SIGCONT)
        self.stops += 1

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()


@contextmanager
def crowd(environment: dict[str, str]) -> Iterator[Crowd]:
    with ExitStack() as stack:
        found = Crowd(environment)
        stack.callback(found.end)
        yield found


def end_leases() -> None:
    """As if each had been silent for a lease's length; hints that were lost are given again."""
    now = clock.now()
    live = GateRun.objects.live().filter(lease_until__isnull=False)
    live.update(lease_until=now - timedelta(seconds=1), hinted_at=now - timedelta(minutes=1))


def test_no_run_stays_runs_twice_or_takes_a_stale_answer(committed: dict[str, str]) -> None:
    team = make_team()
    broker = redis.Redis.from_url(committed["REDIS_URL"])
    with serving(slowly) as server:
        for _ in range(max(1, RUNS // EACH)):
            deployment = make_deployment(team)
            for number in range(min(EACH, RUNS)):
                make_http_gate(deployment, server, title=f"API {number}")
            services.request_all(deployment, actor=team.member)
        asked, until = GateRun.objects.count(), time.monotonic() + SECONDS
        with crowd(committed) as workers:
            time.sleep(3)
            while GateRun.objects.live().exists():
                assert time.monotonic() < until, "some runs stay running"
                random.choice([workers.kill_one, workers.stop_one, broker.flushdb])()
                end_leases()
                for _ in range(8):
                    sweeps.sweep()
                    time.sleep(0.5)
            assert workers.deaths + workers.stops > 0 or not CHAOS
    assert_each_counts_once(asked)


def assert_each_counts_once(asked: int) -> None:
    """The gate's verdict is that of its one run, made of exactly as many answers as it needs."""
    assert GateRun.objects.exclude(state=RunState.COMPLETE).count() == 0
    assert GateRun.objects.count() == Gate.objects.count() == asked
    ends = dict(GateRun.objects.values_list("outcome").annotate(Count("pk")))
    assert set(ends) <= {"passed", "errored"}, ends
    passed = GateRun.objects.filter(outcome="passed")
    counts = set(passed.annotate(many=Count("samples")).values_list("many", flat=True))
    assert counts == {2}
    assert Event.objects.filter(verb="gate passed").count() == passed.count() > 0
    assert Gate.objects.filter(state="passed").count() == passed.count()
    assert Sample.objects.exclude(outcome="good").count() == 0
