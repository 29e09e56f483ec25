"""R3 with R2: workers are killed and stopped at random, the broker is wiped and killed meanwhile.

In `make chaos` 500 runs and 25 rounds of it. Whoever asks gives no hint that reaches a worker, so
everything here is found by the sweeps.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Count

from connections.models import Connection
from deployments import content
from deployments.models import Deployment, Event
from gates import services
from gates.claims import LEASE
from gates.definitions import GateDefinition
from gates.models import Gate, GateRun, Sample
from gates.schedules import Schedule
from gates.streaks import Limits
from tests.builders import Team, make_deployment, make_team
from tests.chaos import FULL, unreliable
from tests.communications.conftest import move_clock
from tests.gates.numbering import Numbering, numbering
from tests.gates.workers import BEAT, COMMAND, Worker
from tests.live.brokers import Broker
from tests.waiting import until

RUNS, ROUNDS = (500, 25) if FULL else (24, 2)
GATES_EACH = 50
NEED_GOOD = 2
# The clock is moved by a lease in each round: neither freshness nor deadlines are tried here.
SCHEDULE = Schedule(
    Limits(need_good=NEED_GOOD, max_error_streak=1000),
    freshness=timedelta(days=30),
    interval=timedelta(0),
    timeout=timedelta(days=30),
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 if FULL else 300)]


@pytest.fixture
def asked() -> Iterator[Numbering]:
    with numbering() as server:
        yield server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


def requested(team: Team, asked: Numbering) -> list[GateRun]:
    Connection.objects.create(
        key="numbers", title="numbers", base_url=asked.url, permitted_ranges=["127.0.0.0/8"]
    )
    runs: list[GateRun] = []
    for first in range(0, RUNS, GATES_EACH):
        deployment = make_deployment(team)
        services.define_gates(
            deployment, [numbered(n) for n in range(first, min(first + GATES_EACH, RUNS))]
        )
        content.refresh(deployment, team.release_manager)
        runs += services.request_all(Deployment.objects.get(pk=deployment.pk), actor=team.member)
    return runs


def numbered(number: int) -> GateDefinition:
    wanted = {"url": f"/{number}", "connection": "numbers", "path": "number", "seconds": 20}
    return GateDefinition(
        f"Gate {number}", kind="json", settings=wanted, condition="number >= 1", schedule=SCHEDULE
    )


class Rounds:
    """Two workers and a ticker; each round kills one worker at its work and stops the other."""

    def __init__(self, stack: ExitStack, environment: dict[str, str], asked: Numbering) -> None:
        self.stack, self.environment, self.asked = stack, environment, asked
        self.beat = self.started(BEAT)
        self.workers = [self.started(COMMAND), self.started(COMMAND)]

    def started(self, command: list[str]) -> Worker:
        worker = Worker(self.environment, command)
        self.stack.callback(worker.kill)
        return worker

    def until(self, is_so: Callable[[], object], seconds: float = 240) -> None:
        """Wait for it; whatever a dead broker ended is started again, as a supervisor would."""

        def tended() -> object:
            if self.beat.has_ended:
                self.beat = self.started(BEAT)
            self.workers = [self.started(COMMAND) if one.has_ended else one for one in self.workers]
            return is_so()

        until(tended, seconds=seconds)

    def round(self) -> None:
        self.until_asked(random.randint(5, max(6, RUNS * NEED_GOOD // ROUNDS)))
        victim, sleeper = random.sample(self.workers, 2)
        time.sleep(random.uniform(0, 0.3))
        sleeper.signal(signal.SIGSTOP)
        victim.kill()
        until(lambda: not any(self.asked.open.values()))
        # Nobody works now, so that the leases of the dead may run out at once.
        move_clock(LEASE)
        self.asked.offset += LEASE
        self.workers = [self.started(COMMAND), sleeper]
        self.until_asked(random.randint(1, 5))
        sleeper.signal(signal.SIGCONT)

    def until_asked(self, times: int) -> None:
        more = self.asked.count + times
        self.until(lambda: self.asked.count >= more or not live())


def live() -> int:
    return GateRun.objects.live().count()


def stale_answers(asked: Numbering) -> list[str]:
    """Samples that were kept though somebody else had already asked anew."""
    found = []
    for gate in Gate.objects.all():
        times = asked.asked[gate.settings["url"]]
        for sample in Sample.objects.filter(run__gate=gate).exclude(value=""):
            later = [at for number, at in times.items() if number > int(sample.value)]
            if later and min(later) < sample.at:
                found.append(f"{gate}: {sample.value} at {sample.at}, {times}")
    return found


def test_killed_and_stopped_workers_leave_no_run_and_no_answer_astray(
    committed: dict[str, str], broker: Broker, asked: Numbering
) -> None:
    runs = requested(make_team(), asked)
    environment = committed | {"REDIS_URL": broker.url}
    began = time.monotonic()
    with ExitStack() as stack:
        rounds = Rounds(stack, environment, asked)
        with unreliable(broker) as troubles:
            for _ in range(ROUNDS):
                rounds.round()
            rounds.until(lambda: not live(), 240)
        # What a worker that slept still had in its hands.
        time.sleep(1)
    outcomes = Counter(GateRun.objects.values_list("outcome", flat=True))
    print(
        f"{len(runs)} runs, {ROUNDS} workers killed and {ROUNDS} stopped, broker"
        f" {dict(Counter(troubles))}: {dict(outcomes)} in {time.monotonic() - began:.0f} s,"
        f" asked {asked.count} times"
    )
    assert (len(runs), live(), asked.twice_at_once, stale_answers(asked)) == (RUNS, 0, [], [])
    assert_each_decided_once(outcomes)


def assert_each_decided_once(outcomes: Counter[str]) -> None:
    """Passed by exactly as many answers as it needs, or given up with the sentence why."""
    assert set(outcomes) <= {"passed", "errored"}
    passed = GateRun.objects.filter(outcome="passed", samples__outcome="good")
    counts = set(passed.annotate(good=Count("samples")).values_list("good", flat=True))
    assert counts == {NEED_GOOD}
    assert outcomes["passed"] > outcomes["errored"]
    errored = GateRun.objects.filter(outcome="errored")
    assert all(run.reason.startswith("No worker came back") for run in errored)
    for outcome, count in outcomes.items():
        assert Gate.objects.filter(state=outcome).count() == count
        assert Event.objects.filter(verb=f"gate {outcome}").count() == count
