"""Break-glass: GO over what stands in the way, by two people, and the review that must follow."""

from datetime import timedelta

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals.enums import LATEST_START_AFTER_T0, Verdict
from approvals.models import Decision, Review
from approvals.policies import breaking as policies
from approvals.policies.deciding import refusal_of_late_go, refusal_of_latest_start
from approvals.rollcall import counting_round, roll_call
from approvals.services.deciding import record_decision
from approvals.shown import Shown, refusal_of_other
from approvals.verdict import readiness
from deployments import clock, history
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Event
from deployments.policies import refusal_by_proof, rights_of


@transaction.atomic
def break_glass(
    deployment_id: int,
    *,
    actor: User,
    second_person: User | None,
    proof: Authentication | None,
    reason: str,
    shown: Shown,
    start_within: timedelta = LATEST_START_AFTER_T0,
) -> Decision:
    """Decide GO over every obstacle of this instant; what comes later still recalls it.

    Hashes and the place are never overridden: they are judged at the start like any other.
    """
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    facts = readiness(deployment)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_break(rights, deployment))
    require(refusal_of_late_go(deployment, counting_round(deployment), now))
    over = policies.overridden(facts, roll_call(deployment, now))
    require(policies.refusal_without_need(over))
    second = rights_of(second_person, deployment.service) if second_person else None
    require(policies.refusal_of_second(second, rights, deployment))
    require(refusal_by_proof(proof))
    require(refusal_of_other(shown, deployment, "decided"))
    if not reason.strip():
        raise Invalid("Say why it cannot wait; it stands in the record and is told to everybody.")
    if deployment.t0 is None:
        raise Invalid("The time T0 is not set; set it first.")
    latest_start = deployment.t0 + start_within
    require(refusal_of_latest_start(deployment, latest_start, now))
    decision = record_decision(
        deployment,
        Verdict.GO,
        facts=facts,
        actor=actor,
        reason=reason.strip(),
        latest_start=latest_start,
        verb="glass broken",
        overridden=over,
        second_person=second_person,
    )
    Review.objects.create(decision=decision, due_at=decision.at + policies.REVIEWED_WITHIN)
    return decision


@transaction.atomic
def close_review(review: Review, *, actor: User, findings: str) -> Event:
    """Say what came of looking into a break-glass decision; the deployment may close after it."""
    deployment = Deployment.objects.lock(review.decision.deployment_id)
    review = Review.objects.select_related("decision", "closed_by").get(pk=review.pk)
    require(policies.refusal_to_review(rights_of(actor, deployment.service), review))
    if not findings.strip():
        raise Invalid("Say what was found, and what is done so that it is not needed again.")
    review.findings, review.closed_by, review.closed_at = findings.strip(), actor, clock.now()
    review.save(update_fields=["findings", "closed_by", "closed_at"])
    return history.record(
        deployment,
        "break-glass reviewed",
        actor=actor,
        obj=review.decision,
        reason=review.findings,
        at=review.closed_at,
    )
