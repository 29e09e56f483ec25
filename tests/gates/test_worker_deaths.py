"""R3 in small: real workers killed or stopped in the middle of a measurement."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

import pytest

from deployments import clock
from deployments.models import Event
from gates import services, sweeps
from gates.enums import GateState, RunState
from gates.models import GateRun, Sample
from tests.builders import make_deployment, make_team
from tests.gates.makers import make_http_gate
from tests.gates.workers import working
from tests.servers import Server, answering, serving
from tests.waiting import until

pytestmark = pytest.mark.slow


class HoldsTheFirst:
    """Keeps its first caller waiting until it is let go, and answers everybody else."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, caller, server: Server) -> None:
        if len(server.requests) == 1:
            self.go.wait(60)
        answering()(caller, server)


@pytest.fixture
def holding():
    behave = HoldsTheFirst()
    with serving(behave) as server:
        yield server
        behave.go.set()


def started_run(server: Server) -> GateRun:
    team = make_team()
    gate = make_http_gate(make_deployment(team), server)
    gate.settings["seconds"] = 15
    gate.save(update_fields=["settings"])
    return services.request_run(gate, actor=team.member)


def let_the_lease_end() -> None:
    now = clock.now()
    GateRun.objects.update(
        lease_until=now - timedelta(seconds=1), hinted_at=now - timedelta(minutes=1)
    )


def assert_decided_once(run: GateRun) -> None:
    run.refresh_from_db()
    assert (run.state, run.outcome, run.starts) == (RunState.COMPLETE, "passed", 0)
    assert run.gate.state == GateState.PASSED
    assert Sample.objects.count() == 2
    assert Event.objects.filter(verb="gate passed").count() == 1


def is_complete(run: GateRun) -> bool:
    return GateRun.objects.filter(pk=run.pk, state=RunState.COMPLETE).exists()


def test_killed_worker_leaves_no_run_running(committed, holding):
    run = started_run(holding)
    with working(committed) as victim:
        until(lambda: holding.requests)
        victim.kill()
    run.refresh_from_db()
    assert (run.state, run.starts, Sample.objects.count()) == (RunState.RUNNING, 1, 0)
    let_the_lease_end()
    with working(committed):
        sweeps.sweep()
        until(lambda: is_complete(run))
    assert_decided_once(run)


def test_answer_of_a_stopped_worker_is_thrown_away(committed, holding):
    run = started_run(holding)

    def swept_to_the_end() -> bool:
        """The stopped worker swallows a hint that it was waiting for; the next sweep repeats it."""
        GateRun.objects.update(hinted_at=clock.now() - timedelta(minutes=1))
        sweeps.sweep()
        return is_complete(run)

    with working(committed) as sleeper:
        until(lambda: holding.requests)
        sleeper.signal(signal.SIGSTOP)
        let_the_lease_end()
        with working(committed):
            until(swept_to_the_end)
        assert len(holding.requests) == 3
        holding.behave.go.set()
        sleeper.signal(signal.SIGCONT)
        sleeper.signal(signal.SIGTERM)
        sleeper.process.wait(60)
    assert_decided_once(run)
