"""The verbs of sign-off, on real PostgreSQL as the application's own role."""

import pytest

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Standing, Vote
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_proof

pytestmark = pytest.mark.django_db


def sign(team: Team, deployment: Deployment, role: str, choice: Choice = Choice.APPROVE, **fields):
    rule = deployment.rules.get(role__key=role)
    fields = {"proof": make_proof(), "shown_hash": deployment.content_hash, **fields}
    actor = fields.pop("actor", team.people[role])
    return services.sign(deployment.pk, rule.pk, choice, actor=actor, **fields)


def test_sign_records_everything_that_proves_it_when_a_holder_signs(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    vote = sign(team, deployment, "product_owner")

    assert vote.person_name == "Product Owner"
    assert vote.statement == "product_owner takes responsibility"
    assert vote.content_hash == deployment.content_hash
    assert vote.schedule_hash == deployment.schedule_hash
    assert vote.authenticated_by == "password"
    assert Standing.objects.get(person=team.product_owner).vote == vote
    assert deployment.events.latest("sequence").verb == "signed"


def test_sign_is_refused_when_the_requester_holds_the_role(team: Team) -> None:
    from deployments.services import grant_role
    from tests.builders import make_role

    grant_role(team.service, make_role("product_owner"), team.release_manager, actor=None)
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Forbidden, match="You requested this deployment"):
        sign(team, deployment, "product_owner", actor=team.release_manager)
    assert Vote.objects.count() == 0


def test_go_is_refused_when_something_blocks_and_says_what(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)

    with pytest.raises(Refused) as refused:
        services.decide(
            deployment.pk, Verdict.GO, actor=team.ops_lead, proof=make_proof(), reason="go"
        )
    assert refused.value.sentence == (
        "GO is not possible. Not ready: “Back up the database” is not ticked and 5 roles "
        "have not signed."
    )
    assert Decision.objects.count() == 0
