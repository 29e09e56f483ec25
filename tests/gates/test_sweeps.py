"""What the sweep finds when hints are lost and workers die."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from gates import services, sweeps
from gates.claims import LEASE, claim
from gates.enums import GateState, RunState
from gates.models import Gate, GateRun
from gates.reports import Result
from gates.runner import execute
from tests.builders import make_machine
from tests.gates.makers import make_gate, make_http_gate
from tests.servers import Server, answering


@pytest.fixture
def run(deployment, server, team) -> GateRun:
    return services.request_run(make_http_gate(deployment, server), actor=team.member)


@pytest.fixture
def passed(run) -> Gate:
    execute(run.pk)
    run.gate.refresh_from_db()
    return run.gate


def test_worker_is_told_again_when_the_hint_was_lost(run):
    now = run.requested_at
    assert sweeps.wake_due(now + timedelta(seconds=5)) == 0
    assert sweeps.wake_due(now + timedelta(seconds=20)) == 1
    assert sweeps.wake_due(now + timedelta(seconds=25)) == 0


def test_next_sample_is_woken_once_when_due(run):
    GateRun.objects.update(due_at=run.requested_at + timedelta(seconds=10))
    assert sweeps.wake_due(run.requested_at + timedelta(seconds=9)) == 0
    assert sweeps.wake_due(run.requested_at + timedelta(seconds=11)) == 1
    assert sweeps.wake_due(run.requested_at + timedelta(seconds=14)) == 0


def test_held_run_is_left_to_its_worker(run):
    claim(run.pk)
    later = clock.now() + LEASE - timedelta(seconds=5)
    sweeps.end_abandoned(later)
    assert sweeps.wake_due(later) == 0


def test_run_of_a_dead_worker_is_given_to_another(run):
    claim(run.pk)
    assert sweeps.wake_due(clock.now() + LEASE + timedelta(seconds=1)) == 1


def test_gate_is_errored_when_three_workers_died(run):
    for _ in range(3):
        claim(run.pk)
        GateRun.objects.update(lease_until=run.requested_at - timedelta(seconds=1))
    sweeps.sweep()
    run.refresh_from_db()
    assert (run.state, run.outcome) == (RunState.COMPLETE, "errored")
    assert run.gate.state == GateState.ERRORED
    assert run.gate.state_reason == "No worker came back with an answer in 3 starts."
    assert run.gate.deployment.events.order_by("-sequence").first().verb == "gate errored"


def test_run_without_time_is_ended(run):
    claim(run.pk)
    GateRun.objects.update(
        lease_until=None,
        due_at=run.requested_at - timedelta(minutes=20),
        deadline=run.requested_at - timedelta(minutes=10),
    )
    sweeps.sweep()
    run.refresh_from_db()
    assert (run.state, run.outcome) == (RunState.COMPLETE, "inconclusive")
    assert run.gate.state == GateState.INCONCLUSIVE


def test_run_that_no_worker_could_take_keeps_its_time(run):
    later = run.requested_at + timedelta(hours=3)
    sweeps.end_abandoned(later)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_green_gate_becomes_stale_when_it_is_no_longer_fresh(passed):
    sweeps.age(passed.stale_at - timedelta(seconds=1))
    passed.refresh_from_db()
    assert passed.state == GateState.PASSED
    sweeps.age(passed.stale_at + timedelta(seconds=1))
    passed.refresh_from_db()
    assert (passed.state, passed.stale_at) == (GateState.STALE, None)
    assert passed.deployment.events.order_by("-sequence").first().verb == "gate stale"


def test_nothing_ages_after_the_start(passed):
    Deployment.objects.update(state=State.IN_PROGRESS)
    sweeps.age(passed.stale_at + timedelta(days=1))
    passed.refresh_from_db()
    assert (passed.state, passed.stale_at) == (GateState.PASSED, None)


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (State.IN_REVIEW, 1),
        (State.GO, 1),
        (State.DRAFT, 0),
        (State.ON_HOLD, 0),
        (State.IN_PROGRESS, 0),
    ],
)
def test_green_gate_is_looked_after_until_the_start(passed, state, again):
    Deployment.objects.update(state=state)
    now = passed.stale_at - timedelta(minutes=2)
    sweeps.look_after(now)
    sweeps.look_after(now)
    looks = GateRun.objects.live()
    assert (looks.count(), set(looks.values_list("follows", flat=True))) == (
        again,
        {passed.last_sample.run_id} if again else set(),
    )
    passed.refresh_from_db()
    assert passed.state == GateState.PASSED


def look(gate: Gate, server: Server, answers: int) -> str:
    """One look later: the state of the gate after it."""
    server.behave = answering(answers)
    Deployment.objects.update(state=State.IN_REVIEW)
    assert gate.stale_at is not None
    sweeps.look_after(gate.stale_at - timedelta(minutes=2))
    for pk in GateRun.objects.live().values_list("pk", flat=True):
        execute(pk)
    gate.refresh_from_db()
    return gate.state


def test_one_bad_look_warns_and_several_in_a_row_fail(passed, server):
    Gate.objects.update(max_bad_streak=3)
    assert [look(passed, server, answers) for answers in (200, 503, 200, 503, 503)] == [
        "passed", "warned", "passed", "warned", "warned",
    ]  # fmt: skip
    assert look(passed, server, 503) == "failed"
    assert passed.stale_at is None


def test_look_keeps_a_gate_fresh_without_an_event(passed, server, deployment):
    events, until = deployment.events.count(), passed.stale_at
    assert look(passed, server, 200) == "passed"
    assert passed.stale_at > until
    assert deployment.events.count() == events


def test_look_that_cannot_measure_ends_green(passed, server):
    Gate.objects.update(max_error_streak=1)
    Gate.objects.update(settings={**passed.settings, "path": "state", "equals": "up"})
    assert look(passed, server, 200) == "errored"


@pytest.mark.parametrize(
    ("state", "t0_in", "again"),
    [
        (State.IN_REVIEW, timedelta(hours=1), 1),
        (State.IN_REVIEW, timedelta(hours=3), 0),
        (State.GO, timedelta(hours=30), 1),
        (State.DRAFT, timedelta(hours=1), 0),
        (State.IN_PROGRESS, timedelta(0), 0),
    ],
)
def test_stale_gate_is_measured_anew_near_t0_and_while_go_stands(passed, state, t0_in, again):
    now = passed.stale_at + timedelta(minutes=2)
    Gate.objects.update(state=GateState.STALE)
    Deployment.objects.update(
        state=state, t0=now + t0_in, window_end=now + t0_in + timedelta(hours=2)
    )
    sweeps.keep_fresh(now)
    sweeps.keep_fresh(now)
    assert GateRun.objects.live().filter(follows=None).count() == again


def test_fresh_red_and_reported_gates_are_not_measured_again(deployment, passed):
    Deployment.objects.update(state=State.GO)
    sweeps.look_after(passed.stale_at - timedelta(minutes=4))
    assert GateRun.objects.live().count() == 0
    Gate.objects.update(state=GateState.FAILED, stale_at=None)
    reported = make_gate(deployment)
    services.report(reported, Result(outcome="good"), reporter=make_machine())
    sweeps.look_after(passed.stale_at + timedelta(days=2))
    sweeps.keep_fresh(passed.stale_at + timedelta(days=2))
    assert GateRun.objects.live().count() == 0
