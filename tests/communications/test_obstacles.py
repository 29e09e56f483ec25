"""What readiness says where mail to those who sign, or to the lead, comes back."""

from __future__ import annotations

import pytest

from accounts.models import User
from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from approvals.verdict import readiness
from communications import obstacles
from communications.bounces import bouncing
from deployments import services
from deployments.enums import State
from deployments.models import Deployment
from tests.builders import (
    Team,
    make_deployment,
    make_person,
    make_proof,
    make_role,
    make_stand_in,
    signed_in,
)
from tests.communications.conftest import make_bouncing


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team, submitted=True)


def also(team: Team, name: str = "second") -> User:
    """Another holder of security."""
    person = make_person(name)
    services.grant_role(team.service, make_role("security"), person, actor=None)
    return person


def clauses(deployment: Deployment) -> tuple[list[str], list[str]]:
    found = obstacles.find([deployment]).get(deployment.pk)
    if found is None:
        return [], []
    return [one.clause for one in found.blockers], [one.clause for one in found.warnings]


MUST = "mail to a person who has to sign as Security bounces"


def test_only_holder_who_is_not_reached_blocks(deployment: Deployment, team: Team) -> None:
    row = make_bouncing("security@example.org")
    (blocker,) = obstacles.find([deployment])[deployment.pk].blockers
    assert (blocker.clause, blocker.mend, blocker.since) == (MUST, "messages", row.since)
    assert blocker.waits.people == ["Security (security@example.org)"]
    assert blocker in readiness(deployment).blockers
    page = signed_in(team.member).get(deployment.get_absolute_url()).content.decode()
    assert "Not reached: Security (security@example.org)." in page
    assert f'href="/deployments/{deployment.pk}/messages/"' in page


def test_other_holder_who_is_reached_makes_it_a_warning(deployment: Deployment, team: Team) -> None:
    also(team)
    row = make_bouncing("security@example.org")
    assert clauses(deployment) == (
        [],
        [
            "mail to Security, who may sign as Security, bounces since "
            f"{row.since:%d %b %H:%M} (UTC)"
        ],
    )


def test_all_holders_unreached_block_one_by_one(deployment: Deployment, team: Team) -> None:
    also(team)
    make_bouncing("security@example.org")
    make_bouncing("second@example.org")
    assert clauses(deployment) == ([MUST, MUST], [])


def test_two_signatures_need_two_who_are_reached(deployment: Deployment, team: Team) -> None:
    also(team)
    deployment.rules.filter(role__key="security").update(count=2)
    make_bouncing("security@example.org")
    assert clauses(deployment) == ([MUST], [])


def test_whoever_has_signed_need_not_be_reached(deployment: Deployment, team: Team) -> None:
    make_bouncing("security@example.org")
    approvals.sign(
        deployment.pk, deployment.rules.get(role__key="security").pk, Choice.APPROVE,
        actor=team.security, proof=make_proof(), shown=Shown.of(deployment),
    )  # fmt: skip
    assert clauses(deployment) == ([], [])


def test_stand_in_who_is_reached_makes_it_a_warning(deployment: Deployment, team: Team) -> None:
    make_stand_in(team.service, team.security, team.member)
    make_bouncing("security@example.org")
    blockers, warnings = clauses(deployment)
    assert (blockers, len(warnings)) == ([], 1)
    make_bouncing("member@example.org")
    assert clauses(deployment) == ([], warnings)  # who holds no role is no signer of their own


def test_lead_who_is_not_reached_blocks_until_go(deployment: Deployment) -> None:
    make_bouncing("release_manager@example.org")
    assert clauses(deployment) == (["mail to the release lead bounces"], [])
    Deployment.objects.filter(pk=deployment.pk).update(state=State.GO)
    deployment.refresh_from_db()
    blockers, (warning,) = clauses(deployment)
    assert (blockers, warning.startswith("mail to Release Manager, the release lead, bounces")) == (
        [],
        True,
    )


def test_who_neither_signs_nor_leads_is_no_obstacle(deployment: Deployment) -> None:
    for name in ("member", "stakeholder", "ops_lead", "outsider"):
        make_bouncing(f"{name}@example.org")
    assert clauses(deployment) == ([], [])


def test_cleared_or_changed_address_is_no_obstacle(deployment: Deployment, team: Team) -> None:
    row = make_bouncing("security@example.org")
    User.objects.filter(pk=team.security.pk).update(email="sec@example.org")
    assert clauses(deployment) == ([], [])
    User.objects.filter(pk=team.security.pk).update(email="Security@example.org")
    assert clauses(deployment) == ([MUST], [])
    bouncing.works_again(deployment.pk, row.pk, actor=team.release_manager)
    assert clauses(deployment) == ([], [])


@pytest.mark.parametrize("count", [1, 4])
def test_many_deployments_ask_as_often_as_one(
    count: int, team: Team, django_assert_num_queries
) -> None:
    for _ in range(count):
        make_deployment(team, submitted=True)
    made = list(Deployment.objects.with_names())
    with django_assert_num_queries(1):
        assert obstacles.find(made) == {}
    make_bouncing("security@example.org")
    with django_assert_num_queries(8):
        assert len(obstacles.find(made)) == count
