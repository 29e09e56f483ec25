"""Who signs what, and what a signature proves, on real PostgreSQL as the application's own role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Standing, Vote
from approvals.shown import Shown
from approvals.signoff import heard_before, standings
from approvals.verdict import readiness
from deployments import clock, content
from deployments.exceptions import (
    Forbidden,
    Invalid,
    NeedsFreshAuthentication,
    Overtaken,
    Refused,
)
from deployments.models import Deployment
from deployments.services import grant_role, schedule
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.builders import (
    Team,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    make_role,
)

pytestmark = pytest.mark.django_db


def test_sign_records_everything_that_proves_it_when_a_holder_signs(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    vote = sign(team, deployment, "product_owner")

    assert vote.person_name == "Product Owner"
    assert vote.statement == "product_owner takes responsibility"
    assert vote.content_hash == deployment.content_hash
    assert vote.schedule_hash == deployment.schedule_hash
    assert vote.grounds == "holds Product owner of Storage layer"
    assert vote.authenticated_by == "password"
    assert Standing.objects.get(person=team.product_owner).vote == vote
    assert deployment.events.latest("sequence").verb == "signed"


def test_sign_is_refused_when_the_requester_holds_the_role(team: Team) -> None:
    grant_role(team.service, make_role("product_owner"), team.release_manager, actor=None)
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden) as refused:
        sign(team, deployment, "product_owner", actor=team.release_manager)

    assert refused.value.sentence == "You requested this deployment; somebody else must sign it."
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_person_edited_the_content_last(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=1).update(text="Back up twice")
        content.refresh(locked, team.technical_lead)

    with pytest.raises(Forbidden, match="You edited this content last"):
        sign(team, deployment, "technical_lead")


def test_sign_is_refused_when_the_person_is_named_as_an_author(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    deployment.authors.add(team.technical_lead)

    with pytest.raises(Forbidden, match="You are named as an author"):
        sign(team, deployment, "technical_lead")


def test_sign_is_refused_when_a_machine_holds_the_role(team: Team) -> None:
    machine = make_machine()
    # No page and no command gives a machine a role; a row from elsewhere does not help it either.
    Group.objects.get(name="service:storage-layer:role:security").user_set.add(machine)
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden, match="A machine never signs"):
        sign(team, deployment, "security", actor=machine)


def test_sign_is_refused_when_the_role_is_not_held(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden, match="Only holders of the role Security"):
        sign(team, deployment, "security", actor=team.ops_lead)


@pytest.mark.parametrize("minutes_ago", [None, 6])
def test_sign_is_refused_when_the_proof_is_missing_or_old(
    team: Team, minutes_ago: int | None
) -> None:
    deployment = make_deployment(team, submitted=True)
    proof = None if minutes_ago is None else make_proof(minutes_ago)

    with pytest.raises(NeedsFreshAuthentication):
        sign(team, deployment, "security", proof=proof)
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_content_moved_while_it_was_read(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    shown = Shown.of(deployment)
    change_content(team, deployment)

    with pytest.raises(Overtaken, match="nothing was signed"):
        sign(team, deployment, "security", shown=shown)
    assert Vote.objects.count() == 0


def test_sign_is_refused_when_the_deployment_is_a_draft(team: Team) -> None:
    deployment = make_deployment(team)

    with pytest.raises(Refused, match="it is draft"):
        sign(team, deployment, "security")


def test_objection_is_refused_when_it_gives_no_reason(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Invalid, match="reject needs a reason"):
        sign(team, deployment, "security", Choice.REJECT)


def test_sign_is_refused_when_the_time_moved_while_it_was_read(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    shown = Shown.of(deployment)
    schedule(deployment.pk, clock.now() + timedelta(days=3), actor=team.release_manager)

    with pytest.raises(Overtaken, match="The time changed while you were reading"):
        sign(team, deployment, "operations", shown=shown)
    assert Vote.objects.count() == 0


def test_signature_is_refused_after_go_but_may_be_taken_back(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)

    with pytest.raises(Refused, match="it is go"):
        sign(team, deployment, "security")
    vote = sign(team, deployment, "security", Choice.WITHDRAW, reason="read it again")
    assert vote.choice == Choice.WITHDRAW


@pytest.mark.parametrize("verdict", [Verdict.HOLD, Verdict.NO_GO])
def test_word_is_taken_back_while_nobody_is_asked_to_sign(team: Team, verdict: Verdict) -> None:
    """Any time before the start (SEMANTICS §6); it counts on that content no more."""
    deployment = make_ready(team)
    decide(team, deployment, verdict)
    with pytest.raises(Refused, match="Signatures are collected while the deployment is in review"):
        sign(team, deployment, "security", Choice.ABSTAIN)

    sign(team, deployment, "security", Choice.WITHDRAW, reason="read it again")

    services.resume(deployment.pk, actor=team.release_manager)
    keys = {one.key for one in readiness(deployment).blockers}
    assert "signature:security" in keys


def test_word_is_taken_back_in_a_draft_and_not_after_the_start(team: Team) -> None:
    deployment = make_ready(team)
    services.reopen(deployment.pk, actor=team.release_manager, reason="another commit")
    sign(team, deployment, "security", Choice.WITHDRAW, reason="read it again")

    started = make_ready(team)
    decide(team, started, Verdict.GO, seen=[one.key for one in readiness(started).warnings])
    services.start(started.pk, actor=team.ops_lead)
    with pytest.raises(Refused, match="before the start; the deployment is in progress"):
        sign(team, started, "security", Choice.WITHDRAW, reason="too late")


@pytest.mark.parametrize("before", [0, 12])
def test_vote_costs_the_same_when_many_have_signed(
    before: int, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deployment = make_deployment(team, roles=("product_owner", "security"), submitted=True)
    others = [make_person(f"signer{number}") for number in range(before)]
    for person in others:
        grant_role(team.service, make_role("product_owner"), person, actor=None)
        sign(team, deployment, "product_owner", actor=person)
    rule = deployment.rules.get(role__key="product_owner")
    shown, proof = Shown.of(deployment), make_proof()

    # Nine under the row lock, and the savepoint around them.
    with django_assert_num_queries(10):
        services.sign(
            deployment.pk,
            rule.pk,
            Choice.APPROVE,
            actor=team.product_owner,
            proof=proof,
            shown=shown,
        )
    heard = heard_before(deployment, rule.pk, {team.product_owner.pk}, clock.now())
    assert [[vote.person for vote in one.current] for one in heard.rules] == [
        [team.product_owner],
        [],
    ]


def test_later_group_signs_when_every_earlier_one_holds(team: Team) -> None:
    deployment = make_deployment(team, roles=("product_owner", "security"), submitted=True)
    earlier = deployment.rules.get(role__key="product_owner")
    deployment.rules.filter(role__key="security").update(order_group=2)

    with pytest.raises(Refused, match=f"{earlier.role.title} signs first"):
        sign(team, deployment, "security")
    sign(team, deployment, "product_owner")
    sign(team, deployment, "security")

    assert [one.holds for one in standings(deployment)] == [True, True]
    sign(team, deployment, "product_owner", Choice.REJECT, reason="no longer")
    with pytest.raises(Refused, match=f"{earlier.role.title} signs first"):
        sign(team, deployment, "security")
