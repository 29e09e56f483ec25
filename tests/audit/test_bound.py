"""X5: decisions with their dossiers, and votes, are bound to the events that name them."""

from __future__ import annotations

import pytest

from approvals import services as approvals
from approvals.enums import Choice
from audit import checkpoints
from audit.verification import verify
from deployments.models import Deployment
from tests.audit.makers import make_decision, make_vote, said_by
from tests.audit.tampering import as_owner, rewritten
from tests.builders import Team, make_deployment, make_team


def assert_found(
    committed: dict[str, str], deployment: Deployment, pk: int, statement: str, said: str
) -> None:
    """What holds does not any more once the owner did this to one row, in its chain and in all."""
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds and verify().holds
    as_owner(committed, statement.format(pk))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)


DECISIONS = {
    "dossier": ("UPDATE approvals_decision SET dossier = dossier || '{{\"blockers\": []}}' "
                "WHERE id = {0}", "the decision or its dossier was changed afterwards"),
    "reason": ("UPDATE approvals_decision SET reason = 'all is well' WHERE id = {0}",
               "the decision or its dossier was changed afterwards"),
    "gone": ("DELETE FROM approvals_decision WHERE id = {0}",
             "the decision that it names is gone"),
    "one more": ("INSERT INTO approvals_decision (deployment_id, verdict, reason, decided_by_name,"
                 " at, content_hash, schedule_hash, overridden, dossier) SELECT deployment_id,"
                 " 'no_go', reason, 'Ann', at, content_hash, schedule_hash, overridden, dossier"
                 " FROM approvals_decision WHERE id = {0}", "no event names the decision"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_changed_decision_is_found_when_the_owner_does_it(
    name: str, committed: dict[str, str]
) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    decision = make_decision(deployment, team.ops_lead)

    assert_found(committed, deployment, decision.pk, *DECISIONS[name])


def test_decision_of_before_its_event_named_it_holds(committed: dict[str, str]) -> None:
    """Its event has no digest, and stands before those that do."""
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    make_decision(deployment, team.ops_lead)
    as_owner(committed, *rewritten(deployment, "as it was", without=("decision", "dossier")))
    assert verify().holds
    approvals.resume(deployment.pk, actor=team.release_manager)
    make_decision(deployment, team.ops_lead, "Still down")

    assert verify().holds


VOTES = {
    "choice": ("UPDATE approvals_vote SET choice = 'approve' WHERE id = {0}",
               "the vote was changed afterwards"),
    "reason": ("UPDATE approvals_vote SET reason = 'all is well' WHERE id = {0}",
               "the vote was changed afterwards"),
    "person": ("UPDATE approvals_vote SET person_id = (SELECT requester_id FROM "
               "deployments_deployment WHERE id = deployment_id) WHERE id = {0}",
               "the vote was changed afterwards"),
    "gone": ("DELETE FROM approvals_standing WHERE vote_id = {0}; "
             "DELETE FROM approvals_vote WHERE id = {0}", "the vote that it names is gone"),
    "one more": ("INSERT INTO approvals_vote (deployment_id, rule_id, person_id, person_name, "
                 "on_behalf_of_name, role_title, choice, statement, reason, content_version_id, "
                 "content_hash, schedule_hash, grounds, at, authenticated_by, authenticated_at, "
                 "address) SELECT deployment_id, rule_id, person_id, person_name, "
                 "on_behalf_of_name, role_title, 'approve', statement, reason, content_version_id, "
                 "content_hash, schedule_hash, grounds, at, authenticated_by, authenticated_at, "
                 "address FROM approvals_vote WHERE id = {0}", "no event names the vote"),
}  # fmt: skip


@pytest.mark.parametrize("name", VOTES)
def test_changed_vote_is_found_when_the_owner_does_it(name: str, committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    vote = make_vote(deployment, "security", team.security, Choice.REJECT, "It leaks")

    assert_found(committed, deployment, vote.pk, *VOTES[name])


def test_vote_of_before_its_event_named_it_holds(committed: dict[str, str]) -> None:
    """Its event has no digest, and stands before those that do."""
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    make_vote(deployment, "security", team.security)
    as_owner(committed, *rewritten(deployment, "as it was", without=("vote", "record")))
    assert verify().holds
    make_vote(deployment, "technical_lead", team.technical_lead)

    assert verify().holds


@pytest.mark.django_db
def test_vote_holds_after_its_role_is_called_otherwise(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    vote = make_vote(deployment, "security", team.security)
    type(vote.rule.role).objects.filter(key="security").update(key="safety", title="Safety")

    assert verify(deployment.chain_key).holds
