"""Break-glass: who decides GO over what stands in the way, with whom, and who looks into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from approvals.models import Review
from approvals.readiness import Readiness
from approvals.rollcall import RollCall
from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_move, refusal_without

REVIEWED_WITHIN = timedelta(hours=48)
SECOND_ROLE = "product_owner"
# The poll as an obstacle, beside those of readiness.
POLL = "poll"


def refusal_to_break(rights: Rights, deployment: Deployment) -> Refused | None:
    if rights.user.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; somebody else must break the glass.")
    if not rights.user.is_person:
        return Forbidden("A machine may never decide a deployment.")
    return refusal_without(
        rights, Right.BREAK_GLASS, "decide GO over what stands in the way"
    ) or refusal_to_move(deployment, State.GO)


def overridden(readiness: Readiness, poll: RollCall) -> Mapping[str, str]:
    """What such a GO passes over: every obstacle of now by its key, in its words."""
    found = {blocker.key: blocker.clause for blocker in readiness.blockers}
    if poll.lacking:
        found[POLL] = "; ".join(poll.lacking)
    return found


def refusal_without_need(over: Mapping[str, str]) -> Refused | None:
    if over:
        return None
    return Refused("Nothing stands in the way; decide GO the ordinary way.")


def refusal_of_second(
    second: Rights | None, decider: Rights, deployment: Deployment
) -> Refused | None:
    """Another ops lead or a product owner of the service, but not who asked for the deployment."""
    if second is None:
        return Invalid("Name the second person who stands by this decision.")
    if second.user == decider.user:
        return Invalid("The second person is somebody else than you.")
    if second.user.pk == deployment.requester_id:
        return Invalid(f"{second.user} requested this deployment; name somebody else.")
    is_fit = second.user.is_person and (second.has(Right.OPERATE) or SECOND_ROLE in second.roles)
    if is_fit:
        return None
    return Invalid(f"{second.user} is no ops lead and no product owner of this service.")


def refusal_to_review(rights: Rights, review: Review) -> Refused | None:
    """Whoever took the decision does not look into it alone; somebody else closes the review."""
    if review.closed_at is not None:
        return Refused(f"{review.closed_by} closed this review already.")
    if rights.user.pk in {review.decision.decided_by_id, review.decision.second_person_id}:
        return Forbidden("You took this decision; somebody else closes its review.")
    if rights.has(Right.EDIT) or rights.has(Right.OPERATE):
        return None
    return Forbidden("Only release managers and ops leads of this service may close a review.")
