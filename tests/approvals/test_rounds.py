"""Rounds of the poll: how they open, close, and open again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import runner, services
from approvals.enums import Closed, Verdict
from approvals.models import Round
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.services import cancel, schedule
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import GateRun
from gates.services import define_gates
from tests.approvals.makers import answer, change_content, decide, make_ready, poll_of
from tests.builders import (
    Team,
    answer_poll,
    make_deployment,
    make_team,
)
from tests.communications.conftest import move_clock


@pytest.mark.django_db
def test_poll_opens_with_the_review_when_t0_is_near(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50), submitted=True)

    poll = poll_of(deployment)

    assert poll.is_open
    assert poll.round.closes_at == deployment.t0 - timedelta(minutes=30)
    assert [call.key for call in poll.calls] == [
        "product_owner", "technical_lead", "security", "operations", "business",
    ]  # fmt: skip
    assert deployment.events.latest("sequence").verb == "poll opened"


@pytest.mark.django_db
def test_poll_does_not_open_when_t0_is_far(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=5), submitted=True)

    assert poll_of(deployment).round is None
    with pytest.raises(Refused, match="The poll opens at"):
        answer(team, deployment, "security", Verdict.GO)


def test_poll_opens_and_closes_by_itself_and_then_it_is_held(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, t0_in=timedelta(hours=3), submitted=True)
    runner.tend_polls()
    assert poll_of(deployment).round is None

    move_clock(timedelta(hours=1, minutes=1))
    runner.tend_polls()
    assert poll_of(deployment).is_open
    assert runner.hold_undecided() == 0

    move_clock(timedelta(hours=1, minutes=30))
    assert not poll_of(deployment).is_open
    with pytest.raises(Refused, match="The poll closed at"):
        answer(team, deployment, "security", Verdict.GO)
    runner.tend_polls()
    assert Round.objects.get().closed_why == Closed.TIME
    assert runner.tend_polls() == 0

    move_clock(timedelta(minutes=30))
    assert runner.hold_undecided() == 1
    deployment.refresh_from_db()
    decision = deployment.decisions.get()
    assert (deployment.state, decision.verdict) == (State.ON_HOLD, Verdict.HOLD)
    assert decision.reason == "nobody decided by the time it was due"
    assert deployment.events.latest("sequence").verb == "not decided"


@pytest.mark.django_db
def test_moved_time_ends_the_round_and_its_answers(team: Team) -> None:
    deployment = make_ready(team)
    schedule(deployment.pk, clock.now() + timedelta(hours=1), actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.round, poll.is_open) == (None, False)
    services.tend(deployment.pk)

    poll = poll_of(deployment)
    assert poll.is_open
    assert poll.round.number == 2
    assert [call.word for call in poll.calls] == [None] * 5
    ((earlier, calls),) = poll.earlier
    assert (earlier.closed_why, {call.word for call in calls}) == (Closed.MOVED, {Verdict.GO})


@pytest.mark.django_db
def test_resume_opens_a_new_round(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.HOLD)
    assert [call.word for call in poll_of(deployment).calls] == [Verdict.GO] * 5

    services.resume(deployment.pk, actor=team.release_manager)

    poll = poll_of(deployment)
    assert (poll.is_open, poll.round.number) == (True, 2)
    with pytest.raises(Refused, match="has not answered"):
        decide(team, deployment, Verdict.GO)
    answer_poll(deployment)
    assert decide(team, deployment, Verdict.GO).verdict == Verdict.GO


@pytest.mark.django_db
def test_recall_opens_a_new_round(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    deployment.items.filter(position=1).update(state="open")

    services.recall_if_broken(deployment.pk)

    poll = poll_of(deployment)
    assert (deployment.state, poll.is_open, poll.round.number) == (State.IN_REVIEW, True, 2)


@pytest.mark.django_db
def test_ops_lead_opens_the_poll_again_once_it_closed(team: Team) -> None:
    deployment = make_ready(team)
    with pytest.raises(Refused, match="The poll is open"):
        services.open_again(deployment.pk, actor=team.ops_lead)
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    with pytest.raises(Forbidden):
        services.open_again(deployment.pk, actor=team.member)

    found = services.open_again(deployment.pk, actor=team.ops_lead)

    assert found.number == 2
    assert poll_of(deployment).is_open


@pytest.mark.django_db
def test_cancelled_deployment_has_no_open_round(team: Team) -> None:
    deployment = make_ready(team)
    cancel(deployment.pk, actor=team.release_manager, reason="not needed")
    assert not poll_of(deployment).is_open
    services.tend(deployment.pk)
    assert Round.objects.get().closed_why == Closed.LEFT


@pytest.mark.django_db
def test_stale_gates_are_measured_again_when_the_poll_opens(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(minutes=50))
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        settings = {"url": "https://example.org/health"}
        (gate,) = define_gates(locked, [GateDefinition("API", kind="http", settings=settings)])
    type(gate).objects.filter(pk=gate.pk).update(state=GateState.STALE, state_at=clock.now())

    services.submit(deployment.pk, actor=team.release_manager)

    assert GateRun.objects.live().filter(gate=gate).count() == 1


@pytest.mark.django_db
def test_second_open_round_is_refused_by_the_database(team: Team) -> None:
    deployment = make_ready(team)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_round (deployment_id, number, schedule_hash, opened_at,"
            " closes_at, closed_why) VALUES (%s, 9, 'x', now(), now() + interval '1 h', '')",
            [deployment.pk],
        )


@pytest.mark.django_db
def test_content_that_changes_leaves_the_round_open(team: Team) -> None:
    deployment = make_ready(team)
    change_content(team, deployment)
    assert poll_of(deployment).is_open
