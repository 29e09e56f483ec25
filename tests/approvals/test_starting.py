"""The start: when it opens, who gives it, and what holds it after GO."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from approvals import services
from approvals.enums import Verdict
from approvals.policies import deciding
from approvals.verdict import readiness
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock
from deployments.enums import State
from deployments.exceptions import (
    Forbidden,
    Refused,
)
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.services import schedule
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate
from gates.services import define_gates
from tests.approvals.makers import decide, make_ready
from tests.builders import (
    Team,
)

pytestmark = pytest.mark.django_db


def test_start_opens_the_day_when_everything_still_holds(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    services.start(deployment.pk, actor=team.ops_lead)

    deployment.refresh_from_db()
    assert deployment.state == State.IN_PROGRESS
    assert deployment.started_at is not None


def test_start_is_refused_when_it_is_too_early(team: Team) -> None:
    deployment = make_ready(team, t0_in=timedelta(hours=1))
    decide(team, deployment, Verdict.GO)

    with pytest.raises(Refused, match="start opens 15 minutes before T0"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_after_the_latest_start_and_to_whoever_may_not(team: Team) -> None:
    deployment = make_ready(team)
    decision = decide(team, deployment, Verdict.GO)
    rights, facts = rights_of(team.ops_lead, team.service), readiness(deployment)
    deployment.refresh_from_db()

    assert decision.latest_start
    late = decision.latest_start + timedelta(seconds=1)
    refusal = deciding.refusal_to_start(rights, deployment, decision, facts, late)
    assert str(refusal) == "The latest start has passed; the ops lead decides again."
    with pytest.raises(Forbidden, match="Only ops leads of this service may start a deployment"):
        services.start(deployment.pk, actor=team.member)
    with pytest.raises(Forbidden, match="You requested this deployment"):
        services.start(deployment.pk, actor=team.release_manager)


def test_start_is_refused_when_the_time_moved_after_go(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    schedule(deployment.pk, clock.now() + timedelta(minutes=12), actor=team.release_manager)

    with pytest.raises(Refused, match="GO no longer holds: the time changed after it"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_when_an_item_was_unticked_after_go(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, ItemState.OPEN, actor=team.member)

    with pytest.raises(Refused, match="GO no longer holds: “Back up the database” is not ticked"):
        services.start(deployment.pk, actor=team.ops_lead)


def test_start_is_refused_while_another_deployment_holds_the_place(team: Team) -> None:
    first, second = make_ready(team), make_ready(team)
    for one in (first, second):
        warnings = [warning.key for warning in readiness(one).warnings]
        decide(team, one, Verdict.GO, seen=warnings)
    services.start(first.pk, actor=team.ops_lead)

    with pytest.raises(Refused, match=rf"Production is held by deployment #{first.pk}"):
        services.start(second.pk, actor=team.ops_lead)


def test_stale_gate_holds_the_start_but_takes_no_go_back(team: Team) -> None:
    """It is run again first; only a red answer recalls (SEMANTICS §7)."""
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        settings = {"url": "https://example.org/health"}
        (gate,) = define_gates(locked, [GateDefinition("API", kind="http", settings=settings)])
    Gate.objects.filter(pk=gate.pk).update(state=GateState.STALE, state_at=clock.now())

    assert services.recall_if_broken(deployment.pk) is None
    with pytest.raises(Refused, match=r"Wait a moment\. Not ready: API is stale"):
        services.start(deployment.pk, actor=team.ops_lead)

    Gate.objects.filter(pk=gate.pk).update(state=GateState.FAILED)
    assert services.recall_if_broken(deployment.pk) is not None


@pytest.mark.parametrize(("minutes", "is_recalled"), [(10, False), (14, True)])
def test_run_that_does_not_end_in_its_time_takes_the_go_back(
    team: Team, minutes: int, is_recalled: bool
) -> None:
    """Such as one that no worker takes: a stale gate recalls unless it ends good in time."""
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        settings = {"url": "https://example.org/health"}
        (gate,) = define_gates(locked, [GateDefinition("API", kind="http", settings=settings)])
    since = clock.now() - timedelta(minutes=minutes)
    Gate.objects.filter(pk=gate.pk).update(state=GateState.SAMPLING, state_at=since)

    recalled = services.recall_if_broken(deployment.pk)

    assert (recalled is not None) is is_recalled
