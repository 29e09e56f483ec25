"""A gate past its freshness is stale at that instant, whether or not a sweep has said so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.verdict import outlook
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from gates import services
from gates.enums import GateState
from gates.models import Gate
from gates.obstacles import find
from gates.panels import gates_panel
from gates.reports import Result
from tests.builders import make_deployment, make_machine
from tests.gates.makers import make_gate
from tests.gates.test_panels import drawn


@pytest.fixture
def passed(deployment) -> Gate:
    gate = make_gate(deployment)
    services.report(gate, Result("good", "491/491"), reporter=make_machine())
    return Gate.objects.get()


def let_pass(gate: Gate, by: timedelta) -> None:
    """As if so much time lay between the freshness and now; no sweep runs in between."""
    Gate.objects.filter(pk=gate.pk).update(stale_at=clock.now() - by)


def test_gate_past_its_freshness_blocks_before_any_sweep(deployment, passed):
    assert find([deployment])[deployment.pk].blockers == []
    let_pass(passed, timedelta(seconds=1))
    findings = find([deployment])[deployment.pk]
    (blocker,) = findings.blockers
    assert blocker.clause.startswith("Tests passing is stale: measured at ")
    assert (findings.done, findings.total) == (0, 1)
    assert "gate:tests-passing" in [one.key for one in outlook(deployment).readiness.blockers]


def test_gate_within_its_freshness_is_green(deployment, passed):
    let_pass(passed, -timedelta(seconds=30))
    assert find([deployment])[deployment.pk].blockers == []
    assert Gate.objects.get().standing == GateState.PASSED


def test_panel_shows_it_as_stale_and_counts_it_out(deployment, passed):
    let_pass(passed, timedelta(seconds=1))
    assert gates_panel(deployment)["green"] == 0
    page = drawn(deployment)
    assert "0 of 1 green" in page
    assert "Stale" in page and "too long ago" in page
    assert "Passed" not in page


def test_gate_loaded_alone_knows_it_too(passed):
    let_pass(passed, timedelta(seconds=1))
    assert Gate.objects.get().standing == GateState.STALE
    assert Gate.objects.get().is_green is False


def test_judged_gates_ask_for_nothing_more(deployment, passed, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [gate.is_green for gate in deployment.gates.as_of_now()] == [True]


def test_answer_stays_as_it_was_after_the_start(deployment, passed):
    let_pass(passed, timedelta(hours=1))
    Deployment.objects.update(state=State.IN_PROGRESS)
    assert gates_panel(deployment)["green"] == 1
    assert Gate.objects.get().standing == GateState.PASSED


def test_advisory_gate_past_its_freshness_warns(deployment, passed):
    Gate.objects.update(required=False)
    let_pass(passed, timedelta(seconds=1))
    (warning,) = find([deployment])[deployment.pk].warnings
    assert warning.clause.startswith("Tests passing is stale")


def test_report_that_will_be_too_old_at_t0_is_said_beforehand(team):
    deployment = make_deployment(team, t0_in=timedelta(hours=30))
    gate = make_gate(deployment, title="Scan")
    services.report(gate, Result(outcome="good"), reporter=make_machine())
    gate.refresh_from_db()
    warned = find([deployment])[deployment.pk].warnings
    until = f"{gate.stale_at:%d %b %H:%M} UTC"
    assert [one.clause for one in warned] == [
        f"Scan holds until {until} only, before T0, and is to be reported again"
    ]
    Gate.objects.update(freshness=timedelta(hours=48), stale_at=clock.now() + timedelta(hours=48))
    assert find([deployment])[deployment.pk].warnings == []
