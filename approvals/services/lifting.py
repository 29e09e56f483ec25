"""An objection lifted by another holder of the role, because its author lost the say."""

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals.models import Lifting, Standing, Vote
from approvals.policies import lifting as policies
from approvals.signoff import standings
from deployments import clock, history
from deployments.exceptions import Invalid, require
from deployments.models import Deployment
from deployments.policies import refusal_by_proof, rights_of


@transaction.atomic
def lift(vote: Vote, *, actor: User, proof: Authentication | None, reason: str) -> Lifting:
    """The objection no longer blocks and stays in the record.

    Refuses without a fresh proof, and as long as the author could take it back themselves.
    """
    deployment = Deployment.objects.lock(vote.deployment_id)
    vote = deployment.votes.select_related("person", "rule__role").get(pk=vote.pk)
    vote.deployment = deployment
    standing = next((one for one in standings(deployment) if one.rule.pk == vote.rule_id), None)
    if standing is None:
        raise Invalid("This approval was taken out of the plan; its objection blocks nothing.")
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_lift(rights, deployment, standing, vote))
    require(refusal_by_proof(proof))
    if not reason.strip():
        raise Invalid("Say why the objection is lifted; its author will read it.")
    assert proof is not None
    lifting = Lifting.objects.create(
        vote=vote, by=actor, reason=reason.strip(), at=clock.now(), means=proof.means
    )
    Standing.objects.filter(vote=vote).delete()
    history.record(
        deployment,
        "objection lifted",
        actor=actor,
        obj=vote,
        before={"objection": vote.reason, "by": vote.person_name},
        after={"role": vote.rule.role.key, "content": vote.content_hash},
        reason=lifting.reason,
        at=lifting.at,
    )
    return lifting
