"""A held portal runs no gate and does nothing because time passed."""

from __future__ import annotations

from datetime import timedelta

from approvals import tasks as approvals
from approvals.models import Round
from deployments import clock, portal_hold
from deployments.models import PortalHold
from gates import runner, services
from gates import tasks as gates
from gates.enums import RunState
from gates.models import GateRun
from tests.builders import Team, make_deployment
from tests.gates.makers import AT_ONCE, make_gate


def hold() -> None:
    portal_hold.hold("A backup was restored.", None, restored=False, using="default")


def test_run_waits_for_the_release(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    settings = {"url": "https://example.org/health", "seconds": 2}
    gate = make_gate(deployment, kind="http", settings=settings, schedule=AT_ONCE)
    run = services.request_run(gate, actor=team.release_manager)
    hold()
    runner.execute(run.pk)
    GateRun.objects.update(hinted_at=clock.now() - timedelta(hours=1), starts=3)
    gates.sweep.apply(throw=True)
    run.refresh_from_db()
    assert (run.state, run.started_at) == (RunState.QUEUED, None)
    PortalHold.objects.all().delete()
    gates.sweep.apply(throw=True)
    run.refresh_from_db()
    assert (run.state, run.outcome) == (RunState.COMPLETE, "errored")


def test_no_poll_opens_because_its_time_has_come(team: Team) -> None:
    make_deployment(team, t0_in=timedelta(minutes=90), submitted=True)
    Round.objects.all().delete()
    hold()
    approvals.sweep.apply(throw=True)
    assert Round.objects.count() == 0
    PortalHold.objects.all().delete()
    approvals.sweep.apply(throw=True)
    assert Round.objects.count() == 1
