"""B signs for A: who may, and what it counts for."""

from __future__ import annotations

import pytest

from accounts.models import User
from approvals.enums import Choice, Verdict
from approvals.models import Standing, Vote
from approvals.shown import Shown
from approvals.signing_page import sign_page
from approvals.signoff import standings
from approvals.verdict import readiness
from deployments.access.absences import end_stand_in
from deployments.access.granting import revoke
from deployments.access.people import deactivate
from deployments.enums import Grant
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.services import grant_role
from tests.approvals.makers import (
    change_content,
    decide,
    for_security,
    make_ready,
    make_stood_in,
    sign,
)
from tests.builders import (
    Team,
    make_deployment,
    make_role,
    make_stand_in,
    signed_in,
)


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_stood_in(team)


@pytest.mark.django_db
def test_vote_names_both_and_counts_once_for_both(team: Team, deployment: Deployment) -> None:
    vote = for_security(team, deployment)

    assert vote.voice == "Member for Security"
    assert vote.grounds.startswith("stands in for Security until ")
    assert vote.grounds.endswith(" UTC, who holds Security of Storage layer")
    counting = Standing.objects.order_by("person__username")
    assert [(one.person, one.vote) for one in counting] == [
        (team.member, vote), (team.security, vote),
    ]  # fmt: skip
    event = deployment.events.latest("sequence")
    assert (event.actor, event.on_behalf_of) == (team.member, team.security)
    security = next(one for one in standings(deployment) if one.rule.role.key == "security")
    assert (security.approvals, security.holds) == ([vote], True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("barred", "sentence"),
    [
        ("member", "You are named as an author; somebody else must sign it."),
        (
            "security",
            "Security requested, wrote or last edited this content; nobody signs it for them.",
        ),
    ],
)
def test_vote_is_refused_when_one_of_both_is_barred(
    barred: str, sentence: str, team: Team, deployment: Deployment
) -> None:
    deployment.authors.add(team.people[barred])

    with pytest.raises(Forbidden) as refused:
        for_security(team, deployment)

    assert refused.value.sentence == sentence
    assert Vote.objects.count() == 0


@pytest.mark.django_db
def test_vote_for_the_requester_is_refused(team: Team) -> None:
    grant_role(team.service, make_role("security"), team.release_manager, actor=None)
    deployment = make_deployment(team, submitted=True)
    make_stand_in(team.service, team.release_manager, team.member)

    with pytest.raises(Forbidden, match=r"^Release Manager requested, wrote or last edited"):
        for_security(team, deployment, on_behalf_of=team.release_manager)


@pytest.mark.django_db
def test_neither_of_both_counts_again_under_another_rule(
    team: Team, deployment: Deployment
) -> None:
    for person in (team.member, team.security):
        grant_role(team.service, make_role("technical_lead"), person, actor=None)
    for_security(team, deployment)

    for person in (team.member, team.security):
        with pytest.raises(Forbidden, match=r"^You already count as Security on this content"):
            sign(team, deployment, "technical_lead", actor=person)


@pytest.mark.django_db
def test_absent_person_who_counts_elsewhere_has_nobody_sign_for_them(
    team: Team, deployment: Deployment
) -> None:
    grant_role(team.service, make_role("technical_lead"), team.security, actor=None)
    sign(team, deployment, "technical_lead", actor=team.security)

    with pytest.raises(Forbidden, match=r"^Security already counts as Technical lead on this"):
        for_security(team, deployment)


@pytest.mark.django_db
def test_own_word_takes_the_place_of_the_stand_ins_and_frees_them(
    team: Team, deployment: Deployment
) -> None:
    grant_role(team.service, make_role("security"), team.member, actor=None)
    for_security(team, deployment)
    rule = deployment.rules.get(role__key="security")
    deployment.refresh_from_db()
    page = sign_page(deployment, rule, rights_of(team.security, team.service))
    assert page["said_for_me"].voice == "Member for Security"

    own = sign(team, deployment, "security", Choice.REJECT, reason="the scan is old")

    assert [(one.person, one.vote) for one in Standing.objects.all()] == [(team.security, own)]
    deployment.refresh_from_db()
    security = next(one for one in standings(deployment) if one.rule.pk == rule.pk)
    assert (security.approvals, security.objections) == ([], [own])
    assert sign(team, deployment, "security", actor=team.member).on_behalf_of is None


@pytest.mark.django_db
def test_nobody_changes_the_own_word_of_whom_they_stand_in_for(
    team: Team, deployment: Deployment
) -> None:
    sign(team, deployment, "security", Choice.REJECT, reason="the scan is old")
    change_content(team, deployment)

    with pytest.raises(Refused) as refused:
        for_security(team, deployment)
    assert refused.value.sentence == "Security has voted already; only they change their word."


@pytest.mark.django_db
def test_next_stand_in_does_not_change_what_an_earlier_one_said(
    team: Team, deployment: Deployment
) -> None:
    for_security(team, deployment)
    end_stand_in(team.service.stand_ins.get(), actor=team.security)
    make_stand_in(team.service, team.security, team.ops_lead)

    with pytest.raises(Refused, match=r"^Member has voted for Security already; only Member and"):
        for_security(team, deployment, actor=team.ops_lead)


@pytest.mark.django_db
def test_holder_who_stands_in_signs_once_only(team: Team, deployment: Deployment) -> None:
    grant_role(team.service, make_role("security"), team.member, actor=None)
    for_security(team, deployment)

    with pytest.raises(Refused) as refused:
        sign(team, deployment, "security", actor=team.member)
    assert refused.value.sentence == (
        "You have voted for Security as Security already; one person counts once. "
        "Withdraw that word first."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["member", "security"])
def test_both_may_withdraw_what_one_said_for_the_other(
    who: str, team: Team, deployment: Deployment
) -> None:
    for_security(team, deployment)

    sign(team, deployment, "security", Choice.WITHDRAW, actor=team.people[who], reason="wrong one")

    assert not Standing.objects.exists()
    deployment.refresh_from_db()
    assert [one.current for one in standings(deployment)] == [[], [], [], [], []]


@pytest.mark.django_db
def test_vote_is_refused_when_the_absence_was_ended(team: Team, deployment: Deployment) -> None:
    end_stand_in(team.service.stand_ins.get(), actor=team.security)

    with pytest.raises(Forbidden, match=r"^You do not stand in for Security as Security now"):
        for_security(team, deployment)


@pytest.mark.django_db
def test_stand_in_who_no_longer_sees_the_service_is_not_eligible(
    team: Team, deployment: Deployment
) -> None:
    revoke(team.service, Grant.MEMBER, team.member, actor=None)
    # An administrator sees everything and signs nothing by that alone.
    User.objects.filter(pk=team.member.pk).update(is_superuser=True)
    team.member.refresh_from_db()

    with pytest.raises(Forbidden, match=r"^You do not stand in"):
        for_security(team, deployment)


@pytest.mark.django_db
def test_deactivated_people_stand_in_for_nobody_and_nobody_for_them(
    team: Team, deployment: Deployment
) -> None:
    assert set(rights_of(team.member, team.service).stands_for) == {"security"}
    deactivate(team.security, actor=None, aware=True)
    assert rights_of(team.member, team.service).stands_for == {}

    User.objects.filter(pk=team.security.pk).update(is_active=True)
    deactivate(team.member, actor=None)
    team.member.refresh_from_db()
    assert rights_of(team.member, team.service).stands_for == {}


@pytest.mark.django_db
def test_roles_of_a_stand_in_do_not_chain(team: Team, deployment: Deployment) -> None:
    """The member stands in for security; whoever stands in for the member gets their own only."""
    grant_role(team.service, make_role("business"), team.member, actor=None)
    make_stand_in(team.service, team.member, team.ops_lead)

    assert set(rights_of(team.ops_lead, team.service).stands_for) == {"business"}


@pytest.mark.django_db
@pytest.mark.parametrize("loses", ["role", "account", "stand-in"])
def test_vote_stays_when_its_author_leaves(loses: str, team: Team) -> None:
    deployment = make_ready(team)
    make_stand_in(team.service, team.security, team.member)
    sign(team, deployment, "security", Choice.WITHDRAW, reason="the member signs")
    vote = for_security(team, deployment)
    if loses == "role":
        revoke(team.service, make_role("security"), team.security, actor=None, aware=True)
    elif loses == "account":
        deactivate(team.member, actor=None, aware=True)
    else:
        end_stand_in(team.service.stand_ins.get(), actor=team.member)

    deployment.refresh_from_db()
    assert readiness(deployment).is_ready
    decision = decide(team, deployment, Verdict.GO)
    frozen = next(one for one in decision.dossier["votes"] if one["role"] == "security")
    assert (frozen["person"], frozen["on_behalf_of"]) == ("Member", "Security")
    assert frozen["grounds"] == vote.grounds


@pytest.mark.django_db
def test_sign_page_asks_for_whom_and_the_matrix_names_both(
    team: Team, deployment: Deployment
) -> None:
    grant_role(team.service, make_role("security"), team.member, actor=None)
    rule = deployment.rules.get(role__key="security")
    client = signed_in(team.member)
    address = f"/deployments/{deployment.pk}/sign/{rule.pk}/"

    page = client.get(address).content.decode()
    assert "For whom you sign" in page
    assert f'value="for-{team.security.pk}"' in page
    shown = Shown.of(deployment)
    typed = {
        "voice": f"for-{team.security.pk}",
        "choice": "approve",
        "shown_content": shown.content,
        "shown_schedule": shown.schedule,
    }
    assert client.post(address, typed).status_code == 302
    matrix = client.get(f"/deployments/{deployment.pk}/sign-off/").content.decode()
    assert "Member for Security" in matrix
    assert client.post(address, {**typed, "voice": "for-0"}).status_code == 422
