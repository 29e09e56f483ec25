"""One person's word under one rule, bound to exactly what they were shown."""

from typing import Any

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals.enums import NEEDS_REASON, Choice
from approvals.models import Rule, Standing, Vote
from approvals.policies import voting as policies
from approvals.shown import Shown, refusal_of_other
from approvals.signoff import standings
from deployments import clock, history, provenance
from deployments.exceptions import Invalid
from deployments.models import Deployment
from deployments.policies import refusal_by_proof, rights_of
from deployments.services import require

VERBS: dict[Choice, str] = {
    Choice.APPROVE: "signed",
    Choice.REJECT: "rejected",
    Choice.REQUEST_CHANGES: "changes requested",
    Choice.ABSTAIN: "abstained",
    Choice.WITHDRAW: "signature withdrawn",
}


@transaction.atomic
def sign(
    deployment_id: int,
    rule_id: int,
    choice: Choice,
    *,
    actor: User,
    proof: Authentication | None,
    shown: Shown,
    reason: str = "",
) -> Vote:
    """Cast one vote on exactly what was shown.

    Refuses without a fresh proof, to whoever may not sign, and if content or time moved meanwhile.
    """
    deployment = Deployment.objects.lock(deployment_id)
    rules = standings(deployment)
    standing = next((one for one in rules if one.rule.pk == rule_id), None)
    if standing is None:
        raise Invalid("This deployment has no such approval; reload the page.")
    others = [vote for one in rules for vote in one.current]
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_vote(rights, deployment, standing, others, choice))
    require(policies.refusal_by_order(standing, rules))
    require(refusal_by_proof(proof))
    require(refusal_of_other(shown, deployment, "signed"))
    if choice in NEEDS_REASON and not reason.strip():
        raise policies.refusal_without_reason(choice)
    return _cast(deployment, standing.rule, choice, actor=actor, proof=proof, reason=reason.strip())


def _cast(
    deployment: Deployment,
    rule: Rule,
    choice: Choice,
    *,
    actor: User,
    proof: Authentication | None,
    reason: str,
) -> Vote:
    assert proof is not None and deployment.content_version is not None
    vote = Vote.objects.create(
        deployment=deployment,
        rule=rule,
        person=actor,
        person_name=str(actor),
        role_title=rule.role.title,
        choice=choice,
        statement=rule.statement,
        reason=reason,
        content_version=deployment.content_version,
        content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash,
        grounds=f"holds {rule.role.title} of {deployment.service}",
        at=clock.now(),
        authenticated_by=proof.means,
        authenticated_at=proof.at,
        address=provenance.current().address,
    )
    place: dict[str, Any] = {
        "deployment": deployment,
        "content_hash": vote.content_hash,
        "person": actor,
    }
    if choice == Choice.WITHDRAW:
        Standing.objects.filter(**place).delete()
    else:
        Standing.objects.update_or_create(**place, defaults={"vote": vote})
    history.record(
        deployment,
        VERBS[choice],
        actor=actor,
        obj=vote,
        after={"role": rule.role.key, "statement": rule.statement, "content": vote.content_hash},
        reason=reason,
        at=vote.at,
    )
    return vote
