"""How workers answer gates: claims, fencing, and sampling, on a real server."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from deployments.models import Deployment
from gates import services
from gates.claims import Claim, claim
from gates.enums import GateState, RunState
from gates.measurement import Measurement
from gates.models import Gate, GateRun, Sample
from gates.runner import execute, sampled, store
from gates.schedules import Schedule
from gates.standing import mark_stale
from gates.streaks import Limits
from tests.builders import Team
from tests.gates.makers import AT_ONCE, make_http_gate
from tests.servers import Server, answering, closed_port

GOOD = Measurement("good", "answered 200 in 3 ms", value="200")


@pytest.fixture
def gate(deployment, server) -> Gate:
    return make_http_gate(deployment, server)


@pytest.fixture
def run(gate, team) -> GateRun:
    return services.request_run(gate, actor=team.member)


def claimed(run: GateRun) -> Claim:
    held = claim(run.pk)
    assert held is not None
    return held


def events(gate: Gate) -> list[tuple[str, str]]:
    found = gate.deployment.events.filter(object_kind="gate").order_by("sequence")
    return list(found.values_list("verb", "actor_name"))


def test_run_of_one_sample_costs_few_questions(
    deployment: Deployment,
    server: Server,
    team: Team,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at_first = replace(AT_ONCE, limits=Limits(need_good=1))
    gate = make_http_gate(deployment, server, at_first)
    run = services.request_run(gate, actor=team.member)

    # Two to claim, one for the connection, one whether the claim stands, one for the time, six to
    # record under the lock, and two that mark its transaction.
    with django_assert_num_queries(13):
        execute(run.pk)

    run.refresh_from_db()
    assert (run.outcome, run.samples.count()) == ("passed", 1)


def test_good_streak_passes_the_gate_with_one_event(gate, run):
    execute(run.pk)
    gate.refresh_from_db()
    run.refresh_from_db()
    assert (run.state, run.outcome, run.starts) == (RunState.COMPLETE, "passed", 0)
    assert (gate.state, gate.last_sample.unit) == (GateState.PASSED, "ms")
    assert gate.stale_at == gate.last_sample.at + timedelta(minutes=5)
    assert run.samples.count() == 2
    assert events(gate) == [("gate run requested", "Member"), ("gate passed", "Deploy Portal")]


def test_bad_answers_fail_the_gate_and_say_why(gate, run, server):
    server.behave = answering(503)
    execute(run.pk)
    gate.refresh_from_db()
    assert (gate.state, gate.state_reason) == ("failed", "answered 503, needs 200")
    assert gate.stale_at is None


def test_address_that_may_not_be_asked_is_errored_and_says_why(gate, run):
    base = f"http://127.0.0.1:{closed_port()}"
    gate.settings["url"] = f"{base}/health"
    gate.save(update_fields=["settings"])
    execute(run.pk)
    gate.refresh_from_db()
    assert gate.state == GateState.ERRORED
    assert "is not below the connection's address" in gate.state_reason


def test_connection_that_is_gone_blocks_rather_than_widens(gate, run):
    gate.settings["connection"] = "gone"
    gate.save(update_fields=["settings"])
    execute(run.pk)
    gate.refresh_from_db()
    assert gate.state_reason == (
        "The connection “gone” is no longer declared; ask an administrator."
    )


def test_fault_in_the_probe_itself_is_an_error(gate, run):
    gate.settings = {"url": "http://example.org", "status": [200]}
    gate.save(update_fields=["settings"])
    execute(run.pk)
    gate.refresh_from_db()
    assert gate.state == GateState.ERRORED


def test_longer_pauses_are_left_to_the_sweep(deployment, server, team):
    slow = Schedule(Limits(need_good=3), timedelta(minutes=5), interval=timedelta(seconds=10))
    gate = make_http_gate(deployment, server, schedule=slow)
    run = services.request_run(gate, actor=team.member)
    execute(run.pk)
    run.refresh_from_db()
    gate.refresh_from_db()
    assert (run.state, run.lease_until, run.samples.count()) == (RunState.RUNNING, None, 1)
    assert run.due_at - run.samples.get().at == timedelta(seconds=10)
    assert gate.state == GateState.SAMPLING
    execute(run.pk)
    assert run.samples.count() == 1


def test_settling_gate_is_not_sampled_before_its_delay(deployment, server, team):
    waits = Schedule(AT_ONCE.limits, timedelta(minutes=5), settle=timedelta(minutes=1))
    gate = make_http_gate(deployment, server, schedule=waits)
    run = services.request_run(gate, actor=team.member)
    execute(run.pk)
    gate.refresh_from_db()
    assert (gate.state, server.requests) == (GateState.SETTLING, [])
    GateRun.objects.update(due_at=run.requested_at)
    execute(run.pk)
    gate.refresh_from_db()
    assert gate.state == GateState.SAMPLING
    assert ("gate being measured", "Deploy Portal") in events(gate)


def test_run_is_inconclusive_when_its_time_is_over(deployment, server, team):
    patient = Schedule(Limits(need_good=9), timedelta(minutes=5), timeout=timedelta(0))
    gate = make_http_gate(deployment, server, schedule=patient)
    execute(services.request_run(gate, actor=team.member).pk)
    gate.refresh_from_db()
    assert gate.state == GateState.INCONCLUSIVE
    assert gate.state_reason.startswith("Time ran out at 1 of 9 good in a row; last: answered 200")


def test_second_worker_gets_nothing_while_the_first_holds_the_run(run):
    assert claim(run.pk) is not None
    assert claim(run.pk) is None


def test_finished_or_unknown_run_is_not_claimed(run):
    execute(run.pk)
    assert claim(run.pk) is None
    assert claim(0) is None


def test_answer_is_thrown_away_when_another_worker_took_over(gate, run):
    stale = claimed(run)
    GateRun.objects.update(lease_until=run.requested_at - timedelta(seconds=1))
    assert claim(run.pk) is not None
    assert store(stale, GOOD) is None
    assert Sample.objects.count() == 0


@pytest.mark.parametrize("is_taken", [True, False])
def test_worker_that_stood_still_since_its_claim_asks_nobody(gate, run, is_taken):
    stale = claimed(run)
    GateRun.objects.update(lease_until=run.requested_at - timedelta(seconds=1))
    later = claim(run.pk) if is_taken else None
    assert sampled(stale) is None
    assert later is None or sampled(later) is not None


def test_verdict_is_thrown_away_when_another_worker_took_over(gate, run):
    Gate.objects.update(need_good=1)
    stale = claimed(run)
    GateRun.objects.update(token=uuid.uuid4())
    assert store(stale, GOOD) is None
    gate.refresh_from_db()
    assert (gate.state, Sample.objects.count()) == (GateState.SAMPLING, 0)


def test_answer_to_an_old_question_is_thrown_away(deployment, gate, run):
    held = claimed(run)
    deployment.refresh_from_db()
    mark_stale(deployment, held.run.gate, reason="the address changed")
    assert store(held, GOOD) is None
    gate.refresh_from_db()
    assert (gate.state, Sample.objects.count()) == (GateState.STALE, 0)


def test_answer_longer_than_its_columns_is_kept_and_says_that_it_was_cut(gate, run):
    long = Measurement("bad", "x\0y", "9" * 300, "u" * 30, "t" * 300, "https://a/" + "p" * 2000)
    store(claimed(run), long)
    sample = Sample.objects.get()
    kept = [sample.value, sample.unit, sample.threshold, sample.target]
    assert [len(text) for text in kept] == [100, 20, 200, 500]
    assert [text[-1] for text in kept] == ["…"] * 4
    assert sample.reason == "x\ufffdy"


def test_longest_question_that_a_form_lets_through_is_answered(deployment, server, team):
    wanted = {
        "url": "/" + "a" * 1900, "contains": "ü" * 200, "requests": 2, "p95_ms": 20_000,
        "connection": f"local-{server.port}",
    }  # fmt: skip
    gate = make_http_gate(deployment, server, settings=wanted)
    execute(services.request_run(gate, actor=team.member).pk)
    gate.refresh_from_db()
    assert gate.state == GateState.FAILED
    assert gate.last_sample.target.endswith("a…")


def test_run_starts_at_most_three_times_without_an_answer(run):
    for _ in range(3):
        assert claim(run.pk) is not None
        GateRun.objects.update(lease_until=run.requested_at - timedelta(seconds=1))
    assert claim(run.pk) is None
    run.refresh_from_db()
    assert run.starts == 3


def test_run_passes_again_without_an_event(gate, run, team):
    execute(run.pk)
    execute(services.request_run(gate, actor=team.member).pk)
    gate.refresh_from_db()
    assert gate.state == GateState.PASSED
    assert [verb for verb, _ in events(gate)] == [
        "gate run requested", "gate passed", "gate run requested"
    ]  # fmt: skip


def test_newest_run_stands_when_it_is_red(gate, run, server, team):
    execute(run.pk)
    server.behave = answering(500)
    execute(services.request_run(gate, actor=team.member).pk)
    gate.refresh_from_db()
    assert [one.outcome for one in gate.runs.order_by("number")] == ["passed", "failed"]
    assert gate.state == GateState.FAILED
