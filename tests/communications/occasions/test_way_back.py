"""Who reads of a rollback, a stop, a failed step and a window that will not be enough."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checklists import services as checklists
from checklists.enums import Answer, ItemState
from checklists.services.overrun import foresee_overrun
from communications.enums import Fate, Kind
from communications.models import Message
from communications.policies import fate
from communications.receivers import ask_how_to_go_on, tell_way_back
from communications.sending import dispatch
from deployments import clock, outbox
from deployments.models import Deployment
from tests.builders import Team, make_proof
from tests.checklists.makers import begin, do, say, step
from tests.communications.conftest import leave, make_planned
from tests.communications.mails import letter_to

pytestmark = pytest.mark.django_db
REASON = "error rate above 5 %"


@pytest.fixture
def running(team: Team) -> Deployment:
    """Begun, and everybody was told of the start."""
    deployment = make_planned(team)
    deployment.items.filter(phase="before").update(state="done", state_by=team.member,
                                                   state_at=clock.now())  # fmt: skip
    begin(deployment, team)
    outbox.deliver_due()
    leave(deployment.messages.get(kind=Kind.START))
    return Deployment.objects.get(pk=deployment.pk)


def roll_back(deployment: Deployment, team: Team) -> None:
    checklists.roll_back(deployment.pk, actor=team.ops_lead, reason=REASON, aware=True)
    outbox.deliver_due()
    deployment.refresh_from_db()


def only(deployment: Deployment, kind: Kind) -> Message:
    return deployment.messages.get(kind=kind)


def test_a_rollback_is_told_to_whoever_was_told_of_the_start(
    running: Deployment, team: Team
) -> None:
    start = {copy.address for copy in only(running, Kind.START).deliveries.all()}

    roll_back(running, team)

    copies = leave(only(running, Kind.ROLLBACK))
    assert {copy.address for copy in copies} == start
    letter = letter_to(team.stakeholder, only(running, Kind.ROLLBACK), running)
    assert letter.subject == "Storage layer → Production: it is being rolled back"
    assert REASON in letter.text
    assert "You need not do anything" in letter.text
    technical = letter_to(team.member, only(running, Kind.ROLLBACK), running)
    assert "Follow the way back in the runbook" in technical.text


def test_the_end_of_a_rollback_says_what_was_left_behind_to_those_who_work_on_it(
    running: Deployment, team: Team
) -> None:
    running.items.filter(text="Deploy the service").update(irreversible=True)
    do(running, team, "Deploy the service")
    roll_back(running, team)
    checklists.finish_rollback(running.pk, actor=team.ops_lead)
    outbox.deliver_due()
    running.refresh_from_db()

    told = only(running, Kind.ROLLED_BACK)
    said = "“Deploy the service” cannot be undone and was begun; what it changed stays."
    assert said in letter_to(team.member, told, running).text
    plain = letter_to(team.stakeholder, told, running).text
    assert said not in plain
    assert "was taken back." in plain
    assert len(leave(told)) > 0


def test_a_rollback_that_is_over_before_it_was_told_is_told_by_its_end(
    running: Deployment, team: Team
) -> None:
    roll_back(running, team)
    checklists.finish_rollback(running.pk, actor=team.ops_lead)
    running.refresh_from_db()

    assert fate(only(running, Kind.ROLLBACK), running, clock.now()) == Fate.SUPERSEDED


def test_completion_and_summary_are_not_told_after_a_rollback_or_a_stop(
    running: Deployment, team: Team
) -> None:
    do(running, team, "Deploy the service")
    checklists.complete(running.pk, actor=team.ops_lead)
    outbox.deliver_due()
    roll_back(running, team)

    for kind in (Kind.COMPLETE, Kind.SUMMARY):
        for message in running.messages.filter(kind=kind):
            assert fate(message, running, message.due_at) == Fate.CANCELLED
    assert running.messages.filter(kind=Kind.COMPLETE).exists()


def test_a_stop_is_told_and_how_it_was_left_to_those_who_work_on_it(
    running: Deployment, team: Team
) -> None:
    note = "half of the nodes are drained"
    checklists.stop(running.pk, actor=team.ops_lead, proof=make_proof(), note=note)
    outbox.deliver_due()
    running.refresh_from_db()

    told = only(running, Kind.STOPPED)
    assert note in letter_to(team.member, told, running).text
    plain = letter_to(team.stakeholder, told, running)
    assert plain.subject == "Storage layer → Production: the deployment was stopped"
    assert "does not go on" in plain.text


def test_nobody_is_told_of_a_rollback_who_was_told_of_nothing(team: Team) -> None:
    deployment = make_planned(team)
    begin(deployment, team)
    checklists.roll_back(deployment.pk, actor=team.ops_lead, reason=REASON, aware=True)

    tell_way_back(deployment.events.get(verb="rollback begun"))

    assert not deployment.messages.filter(kind=Kind.ROLLBACK).exists()


def test_a_failed_step_mails_the_one_who_is_asked_and_leads_to_the_answer(
    running: Deployment, team: Team
) -> None:
    item = say(running, "Deploy the service", ItemState.FAILED, team, "node 2 hangs")
    event = running.events.get(verb="item failed")
    ask_how_to_go_on(event)
    ask_how_to_go_on(event)

    asked = only(running, Kind.STEP_FAILED)
    assert [copy.address for copy in asked.deliveries.all()] == [team.ops_lead.email]
    letter = letter_to(team.ops_lead, asked, running)
    assert f"/deployments/{running.pk}/items/{item.pk}/answer/" in letter.text
    assert "node 2 hangs" in letter.text


def test_an_answer_that_came_first_makes_the_mail_needless(running: Deployment, team: Team) -> None:
    item = say(running, "Deploy the service", ItemState.FAILED, team, "node 2 hangs")
    outbox.deliver_due()
    checklists.answer(running.pk, item.pk, Answer.RETRY, actor=team.ops_lead)

    copies = list(dispatch.claim(50))
    assert [one.message.kind for one in copies] == [Kind.STEP_FAILED]
    assert dispatch.settle(copies) == []
    assert only(running, Kind.STEP_FAILED).deliveries.get().state == "cancelled"
    assert step(running, "Deploy the service").state == ItemState.IN_PROGRESS


def test_an_overrun_mails_the_release_lead_and_the_ops_leads(
    running: Deployment, team: Team
) -> None:
    Deployment.objects.filter(pk=running.pk).update(
        t0=clock.now() - timedelta(hours=3), window_end=clock.now() - timedelta(hours=1)
    )
    foresee_overrun(running.pk)
    outbox.deliver_due()

    told = only(running, Kind.OVERRUN)
    mailed = {copy.address for copy in told.deliveries.all()}
    assert mailed == {team.release_manager.email, team.ops_lead.email}
    running.refresh_from_db()
    letter = letter_to(team.ops_lead, told, running)
    assert letter.subject == "Storage layer → Production: it will not be done within its window"
