"""X5: decisions and their dossiers are bound to the events that name them."""

from __future__ import annotations

import pytest

from approvals import services as approvals
from audit import checkpoints
from audit.verification import verify
from tests.audit.makers import make_decision, said_by
from tests.audit.tampering import as_owner, rewritten
from tests.builders import make_deployment, make_team

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
    assert checkpoints.make()
    assert verify(deployment.chain_key).holds and verify().holds
    statement, said = DECISIONS[name]
    as_owner(committed, statement.format(decision.pk))

    assert said in said_by(verify(deployment.chain_key).faults)
    assert said in said_by(verify().faults)


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
