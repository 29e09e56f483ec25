"""A reported gate that will be stale at T0 is asked for once, from 4 h before T0."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from approvals import runner, services
from approvals.models import Waiver
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from deployments.services import schedule
from gates import services as gates
from gates.enums import GateState
from gates.models import Gate, ReportRequest
from gates.reports import Result
from tests.approvals.test_waivers import ask, sign
from tests.builders import Team, make_deployment, make_machine
from tests.gates.makers import make_gate

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def make_reported(
    team: Team, *, t0_in: timedelta = 3 * HOUR, holds: timedelta = 2 * HOUR
) -> tuple[Deployment, Gate]:
    """A deployment in review with a gate that was reported and holds for so long."""
    deployment = make_deployment(team, t0_in=t0_in)
    gate = make_gate(deployment, title="Scan")
    services.submit(deployment.pk, actor=team.release_manager)
    gates.report(gate, Result("good", "491/491"), reporter=make_machine())
    Gate.objects.filter(pk=gate.pk).update(freshness=holds, stale_at=clock.now() + holds)
    deployment.refresh_from_db()
    return deployment, Gate.objects.get(pk=gate.pk)


def asked(deployment: Deployment) -> int:
    return deployment.events.filter(verb="report asked").count()


def test_gate_that_holds_until_before_t0_is_asked_for_once(team: Team) -> None:
    deployment, gate = make_reported(team)
    assert deployment.t0 is not None and gate.stale_at is not None
    assert [runner.ask_for_reports(), runner.ask_for_reports()] == [1, 0]
    event = deployment.events.get(verb="report asked")
    assert (event.actor, event.object_kind, event.object_id) == (None, "gate", str(gate.pk))
    assert event.after == {
        "gate": "scan",
        "due": deployment.t0.isoformat(),
        "holds_until": gate.stale_at.isoformat(),
        "revision": deployment.schedule_revision,
    }


@pytest.mark.parametrize("state", [GateState.STALE, GateState.WARNED])
def test_gate_that_is_stale_already_or_warned_is_asked_for(team: Team, state: GateState) -> None:
    make_reported(team)
    Gate.objects.update(state=state)
    assert runner.ask_for_reports() == 1


@pytest.mark.parametrize(
    ("t0_in", "holds"),
    [(5 * HOUR, 2 * HOUR), (3 * HOUR, 4 * HOUR)],
    ids=["more than 4 h before T0", "holds until after T0"],
)
def test_gate_is_not_asked_for_early_or_in_vain(
    team: Team, t0_in: timedelta, holds: timedelta
) -> None:
    make_reported(team, t0_in=t0_in, holds=holds)
    assert runner.ask_for_reports() == 0


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.ON_HOLD, State.NO_GO, State.IN_PROGRESS, State.CANCELLED]
)
def test_nobody_is_asked_where_no_start_may_come_of_it(team: Team, state: State) -> None:
    deployment, _ = make_reported(team)
    Deployment.objects.filter(pk=deployment.pk).update(state=state)
    assert runner.ask_for_reports() == 0
    assert services.ask_for_reports(deployment.pk) == []


@pytest.mark.parametrize("state", [GateState.PENDING, GateState.FAILED, GateState.SAMPLING])
def test_gate_that_never_held_is_not_asked_for_again(team: Team, state: GateState) -> None:
    make_reported(team)
    Gate.objects.update(state=state, stale_at=None)
    assert runner.ask_for_reports() == 0


def test_nobody_is_asked_after_t0_or_for_a_gate_taken_out(team: Team) -> None:
    deployment, gate = make_reported(team)
    Gate.objects.filter(pk=gate.pk).update(removed_at=clock.now())
    assert runner.ask_for_reports() == 0
    Gate.every.filter(pk=gate.pk).update(removed_at=None)
    Deployment.objects.filter(pk=deployment.pk).update(t0=clock.now() - HOUR)
    assert runner.ask_for_reports() == 0


def test_what_a_worker_can_answer_is_asked_of_nobody(team: Team) -> None:
    _, gate = make_reported(team)
    url = {"url": "https://ci.example.org/junit.xml"}
    for kind, settings, asks in (("http", {}, 0), ("junit", url, 0), ("junit", {"url": ""}, 1)):
        Gate.objects.filter(pk=gate.pk).update(kind=kind, settings=settings)
        assert runner.ask_for_reports() == asks


def test_reported_again_in_time_nobody_is_asked(team: Team) -> None:
    deployment, gate = make_reported(team)
    Gate.objects.update(freshness=24 * HOUR)
    gates.report(gate, Result("good", "491/491"), reporter=make_machine("ci_2"))
    assert runner.ask_for_reports() == 0
    assert asked(deployment) == 0


def test_waived_gate_is_asked_for_only_once_its_waiver_ends(team: Team) -> None:
    _, gate = make_reported(team)
    Gate.objects.update(state=GateState.STALE, stale_at=None)
    waiver = sign(ask(team, gate), team.technical_lead)
    assert runner.ask_for_reports() == 0
    services.end_waiver(waiver, actor=team.technical_lead, reason="No longer needed")
    assert Waiver.objects.filter(ended_at=None).count() == 0
    assert runner.ask_for_reports() == 1


def test_new_time_asks_again_and_the_database_allows_one_request_for_each(team: Team) -> None:
    deployment, gate = make_reported(team)
    assert runner.ask_for_reports() == 1
    schedule(deployment.pk, clock.now() + 3.5 * HOUR, actor=team.release_manager)
    assert [runner.ask_for_reports(), runner.ask_for_reports()] == [1, 0]
    assert asked(deployment) == 2
    row = ReportRequest.objects.filter(gate=gate).latest("schedule_revision")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRequest.objects.create(
            gate=gate, schedule_revision=row.schedule_revision, asked_at=clock.now()
        )


def test_sweep_looks_once_however_many_gates_there_are(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    for number in range(10):
        make_gate(deployment, title=f"Scan {number}")
    with CaptureQueriesContext(connection) as queries:
        assert runner.ask_for_reports() == 0
    assert len(queries) == 2
