"""What the machine test found once, told one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from approvals import services
from approvals.definitions import RuleDefinition
from approvals.enums import Choice, Closed, Verdict
from approvals.models import Round, Standing
from approvals.rollcall import roll_call
from approvals.signoff import standings
from deployments import clock, content
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.facts import Facts
from deployments.models import Deployment
from deployments.services import edit_facts, grant, grant_role, schedule
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.builders import Team, answer_poll, make_deployment, make_role

pytestmark = pytest.mark.django_db


def test_draft_is_submitted_and_not_resumed(team: Team) -> None:
    """To resume it would pass by everything that submitting asks for."""
    deployment = make_deployment(team, roles=())

    with pytest.raises(Refused) as refused:
        services.resume(deployment.pk, actor=team.release_manager)

    assert refused.value.sentence == (
        "This deployment is draft; it becomes in review by submit, not by resume."
    )


@pytest.mark.parametrize("act", [services.submit, services.resume])
def test_go_is_recalled_and_neither_submitted_nor_resumed(team: Team, act) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    with pytest.raises(Refused, match="it becomes in review by recall, not by"):
        act(deployment.pk, actor=team.release_manager)

    deployment.refresh_from_db()
    assert deployment.state == State.GO


def test_answers_of_a_poll_that_closed_in_time_do_not_count_in_the_next_review(team: Team) -> None:
    deployment = make_ready(team)
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    decide(team, deployment, Verdict.GO)
    deployment.items.filter(position=1).update(state="open")

    services.recall_if_broken(deployment.pk)

    deployment.refresh_from_db()
    poll = roll_call(deployment, clock.now())
    assert (poll.is_open, poll.round.number) == (True, 2)
    assert {call.word for call in poll.calls} == {None}


def test_closed_poll_counts_as_long_as_its_review_lasts(team: Team) -> None:
    deployment = make_ready(team)
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    services.tend(deployment.pk)
    assert decide(team, deployment, Verdict.GO).verdict == Verdict.GO


def test_answers_do_not_come_back_with_the_time_in_another_review(team: Team) -> None:
    deployment = make_ready(team)
    t0 = deployment.t0
    assert t0 is not None
    Round.objects.update(closed_at=clock.now(), closed_why=Closed.TIME)
    schedule(deployment.pk, clock.now() + timedelta(days=2), actor=team.release_manager)
    decide(team, deployment, Verdict.HOLD)
    services.resume(deployment.pk, actor=team.release_manager)
    schedule(deployment.pk, t0, actor=team.release_manager)

    deployment.refresh_from_db()
    assert roll_call(deployment, clock.now()).round is None


def test_objection_is_taken_back_though_an_earlier_role_has_not_signed_again(team: Team) -> None:
    deployment = make_deployment(team, roles=())
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        first = RuleDefinition("security", "Security", "it is safe")
        then = RuleDefinition("operations", "Operations", "it can run", order_group=2)
        services.define(locked, [first, then], [])
        content.refresh(locked, team.release_manager)
    services.submit(deployment.pk, actor=team.release_manager)
    sign(team, deployment, "security")
    sign(team, deployment, "operations", Choice.REJECT, reason="no backup yet")
    change_content(team, deployment)

    sign(team, deployment, "operations", Choice.WITHDRAW, reason="it is there now")

    deployment.refresh_from_db()
    assert [one for one in standings(deployment) if one.objections] == []


def test_taking_back_one_word_leaves_the_other_role_counting(team: Team) -> None:
    grant_role(team.service, make_role("security"), team.technical_lead, actor=None)
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REJECT, actor=team.technical_lead, reason="no")
    change_content(team, deployment)
    vote = sign(team, deployment, "technical_lead")

    sign(team, deployment, "security", Choice.WITHDRAW, actor=team.technical_lead, reason="yes")

    assert [one.vote for one in Standing.objects.all()] == [vote]


def test_signature_does_not_count_once_its_giver_edited_the_content_last(team: Team) -> None:
    """Even when the content is back to what was signed."""
    grant(team.service, Grant.RELEASE_MANAGER, team.technical_lead, actor=None)
    deployment = make_ready(team)
    before = deployment.content_hash
    facts = Facts.of(deployment)
    for package in ("Storage layer 2.0", facts.package):
        deployment.refresh_from_db()
        now = Facts.of(deployment)
        wanted = replace(now, package=package)
        edit_facts(deployment.pk, wanted, actor=team.technical_lead, shown=now.fingerprint)

    deployment.refresh_from_db()
    assert deployment.content_hash == before
    held = {one.rule.role.key: one.holds for one in standings(deployment)}
    assert held == {**dict.fromkeys(held, True), "technical_lead": False}
    answer_poll(deployment)
    with pytest.raises(Refused, match="Technical lead has not signed the changed content again"):
        decide(team, deployment, Verdict.GO)


def test_whoever_signed_otherwise_in_between_signs_as_another_role_when_the_content_is_back(
    team: Team,
) -> None:
    grant_role(team.service, make_role("security"), team.product_owner, actor=None)
    deployment = make_deployment(team, submitted=True)
    first = sign(team, deployment, "product_owner")
    change_content(team, deployment)
    sign(team, deployment, "product_owner")
    change_content(team, deployment, "Deploy the service")

    vote = sign(team, deployment, "security", actor=team.product_owner)

    assert vote.content_hash == first.content_hash
    deployment.refresh_from_db()
    counted = {one.rule.role.key: one.approvals for one in standings(deployment) if one.approvals}
    assert counted == {"security": [vote]}
    here = Standing.objects.filter(content_hash=vote.content_hash)
    assert [(one.person, one.vote) for one in here] == [(team.product_owner, vote)]
