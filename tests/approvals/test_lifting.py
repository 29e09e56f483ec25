"""An objection whose author lost the say is lifted by another holder of the role, and only then."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from accounts.models import User
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Lifting, Standing, Vote
from approvals.signoff import standings
from approvals.verdict import readiness
from deployments import clock
from deployments.access.people import deactivate
from deployments.enums import State
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.models import Deployment, Membership
from deployments.services import cancel, grant_role
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_machine,
    make_person,
    make_proof,
    make_role,
    signed_in,
)

pytestmark = pytest.mark.django_db
REASON = "The scan was repeated and is clean"


@pytest.fixture
def other(team: Team) -> User:
    """A second holder of the role of security."""
    person = make_person("second_security")
    grant_role(team.service, make_role("security"), person, actor=None)
    return person


@pytest.fixture
def objection(team: Team) -> Vote:
    deployment = make_deployment(team, submitted=True)
    return sign(team, deployment, "security", Choice.REJECT, reason="the scan is a week old")


def take_role(person: User) -> None:
    held = Membership.objects.filter(role__key="security", group__user=person)
    for membership in held:
        membership.group.user_set.remove(person)


def lift(vote: Vote, actor: User, **fields: object) -> Lifting:
    given = {"proof": make_proof(), "reason": REASON, **fields}
    return services.lift(vote, actor=actor, **given)  # type: ignore[arg-type]


def clauses(vote: Vote) -> list[str]:
    deployment = Deployment.objects.get(pk=vote.deployment_id)
    return [one.clause for one in readiness(deployment).blockers if "Security" in one.clause]


def test_objection_no_longer_blocks_when_another_holder_lifts_it(
    team: Team, other: User, objection: Vote
) -> None:
    take_role(team.security)
    assert clauses(objection) == ["Security said reject: “the scan is a week old”"]

    lifting = lift(objection, other)

    assert (lifting.by, lifting.reason, lifting.means) == (other, REASON, "password")
    assert clauses(objection) == ["Security has not signed"]
    event = objection.deployment.events.latest("sequence")
    assert (event.verb, event.actor, event.reason) == ("objection lifted", other, REASON)
    assert event.before == {"objection": "the scan is a week old", "by": "Security"}
    assert Vote.objects.get(pk=objection.pk).reason == "the scan is a week old"


def test_lifted_objection_stands_under_its_rule_as_lifted_and_counts_for_nobody(
    team: Team, other: User, objection: Vote
) -> None:
    take_role(team.security)
    lift(objection, other)

    standing = next(
        one for one in standings(objection.deployment) if one.rule.pk == objection.rule_id
    )
    assert standing.lifted == [objection]
    assert standing.current == []
    assert not Standing.objects.filter(vote=objection).exists()


def test_objection_of_somebody_deactivated_may_be_lifted(
    team: Team, other: User, objection: Vote
) -> None:
    deactivate(team.security, actor=make_administrator(), aware=True)
    lift(objection, other)
    assert clauses(objection) == ["Security has not signed"]


def test_objection_on_an_older_content_may_be_lifted(
    team: Team, other: User, objection: Vote
) -> None:
    change_content(team, objection.deployment)
    take_role(team.security)
    lift(objection, other)
    assert clauses(objection) == ["Security has not signed"]


def test_nobody_lifts_the_objection_of_somebody_still_eligible(
    other: User, objection: Vote
) -> None:
    with pytest.raises(Forbidden) as refused:
        lift(objection, other)
    assert refused.value.sentence == (
        "Security still holds the role Security; only they can take their objection back."
    )
    assert clauses(objection) == ["Security said reject: “the scan is a week old”"]


def test_lifting_is_refused_to_those_without_the_role(team: Team, objection: Vote) -> None:
    take_role(team.security)
    for person in (team.product_owner, team.ops_lead, team.release_manager, make_administrator()):
        with pytest.raises(Forbidden, match="Only another holder of the role Security"):
            lift(objection, person)


def test_lifting_is_refused_to_a_machine_that_holds_the_role(team: Team, objection: Vote) -> None:
    machine = make_machine()
    grant_role(team.service, make_role("security"), team.member, actor=None)
    Membership.objects.get(role__key="security", group__user=team.member).group.user_set.add(
        machine
    )
    take_role(team.security)
    with pytest.raises(Forbidden, match="Only another holder"):
        lift(objection, machine)


def test_lifting_is_refused_to_the_requester(team: Team, objection: Vote) -> None:
    grant_role(team.service, make_role("security"), team.release_manager, actor=None)
    take_role(team.security)
    with pytest.raises(Forbidden, match="You requested, wrote or last edited this deployment"):
        lift(objection, team.release_manager)


def test_lifting_is_refused_to_the_author(team: Team, objection: Vote) -> None:
    with pytest.raises(Forbidden, match="This is your own word"):
        lift(objection, team.security)


def test_lifting_is_refused_without_a_fresh_proof(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    with pytest.raises(NeedsFreshAuthentication):
        lift(objection, other, proof=make_proof(minutes_ago=6))
    with pytest.raises(NeedsFreshAuthentication):
        lift(objection, other, proof=None)


def test_lifting_is_refused_without_a_reason(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    with pytest.raises(Invalid, match="Say why the objection is lifted"):
        lift(objection, other, reason="  ")


def test_objection_is_lifted_once(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    lift(objection, other)
    with pytest.raises(Refused, match="Second Security lifted this objection already"):
        lift(objection, other)


def test_signature_is_nothing_to_lift(team: Team, other: User) -> None:
    vote = sign(team, make_deployment(team, submitted=True), "security")
    take_role(team.security)
    with pytest.raises(Refused, match="nothing to lift"):
        lift(vote, other)


def test_objection_that_its_author_replaced_is_nothing_to_lift(
    team: Team, other: User, objection: Vote
) -> None:
    sign(team, objection.deployment, "security")
    take_role(team.security)
    with pytest.raises(Refused, match="nothing to lift"):
        lift(objection, other)


def test_objection_is_lifted_while_the_deployment_is_held(team: Team, other: User) -> None:
    """As long as its author could have taken it back, which is any time before the start."""
    deployment = make_ready(team)
    vote = sign(team, deployment, "security", Choice.REJECT, reason="no")
    decide(team, deployment, Verdict.HOLD)
    take_role(team.security)
    assert lift(vote, other).vote == vote


def test_lifting_is_refused_once_the_deployment_is_over(
    team: Team, other: User, objection: Vote
) -> None:
    take_role(team.security)
    cancel(objection.deployment_id, actor=team.release_manager, reason="not needed")
    with pytest.raises(Refused, match="before the start; the deployment is cancelled"):
        lift(objection, other)


def test_author_who_holds_the_role_again_objects_anew(
    team: Team, other: User, objection: Vote
) -> None:
    take_role(team.security)
    lift(objection, other)
    grant_role(team.service, make_role("security"), team.security, actor=None)

    again = sign(team, objection.deployment, "security", Choice.REJECT, reason="still old")

    assert clauses(objection) == ["Security said reject: “still old”"]
    with pytest.raises(Forbidden, match="still holds the role"):
        lift(again, other)


def test_database_refuses_what_the_service_would(team: Team, other: User, objection: Vote) -> None:
    approval = sign(team, objection.deployment, "operations")
    for vote, by in ((approval, other), (objection, team.security), (objection, make_machine())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lifting.objects.create(vote=vote, by=by, reason="r", at=clock.now(), means="raw")
    with pytest.raises(IntegrityError), transaction.atomic():
        Lifting.objects.create(vote=objection, by=other, reason="", at=clock.now(), means="raw")


def test_database_keeps_a_lifting_as_it_was(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    lifting = lift(objection, other)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Lifting.objects.filter(pk=lifting.pk).update(reason="another")
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        lifting.delete()


def page_of(client: Client, vote: Vote) -> str:
    answer = client.get(f"/deployments/{vote.deployment_id}/votes/{vote.pk}/lift/")
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_page_lifts_and_says_before_what_it_does(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    client, address = signed_in(other), f"/deployments/{objection.deployment_id}/"

    assert "Security can no longer sign as Security" in page_of(client, objection)
    answer = client.post(f"{address}votes/{objection.pk}/lift/", {"reason": REASON})

    assert answer["Location"] == f"{address}sign-off/"
    assert objection.lifting.by == other
    assert objection.deployment.state == State.IN_REVIEW


def test_page_says_why_not_while_the_author_is_eligible(other: User, objection: Vote) -> None:
    page = page_of(signed_in(other), objection)
    assert "only they can take their objection back" in page
    assert '<form method="post" class="sign-form"' not in page


def test_page_keeps_what_is_missing_as_an_error(team: Team, other: User, objection: Vote) -> None:
    take_role(team.security)
    client = signed_in(other)
    address = f"/deployments/{objection.deployment_id}/votes/{objection.pk}/lift/"
    answer = client.post(address, {"reason": ""})
    assert answer.status_code == 422
    assert "Say why the objection is lifted" in answer.content.decode()
    assert not Lifting.objects.exists()


def test_vote_of_another_deployment_is_not_found(team: Team, objection: Vote) -> None:
    another = make_deployment(team, submitted=True)
    address = f"/deployments/{another.pk}/votes/{objection.pk}/lift/"
    assert signed_in(team.security).get(address).status_code == 404
