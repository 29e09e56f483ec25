"""Who may lift an objection whose author can no longer take it back."""

from __future__ import annotations

from approvals.enums import Choice
from approvals.models import Vote
from approvals.policies.voting import WHEN, barred
from approvals.signoff import RuleStanding
from deployments.enums import State
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.policies import Rights, rights_of

# As long as its author could have taken it back.
STATES: frozenset[State] = WHEN[Choice.WITHDRAW]


def refusal_to_lift(
    rights: Rights, deployment: Deployment, standing: RuleStanding, vote: Vote
) -> Refused | None:
    """Another holder of the role may, once the author is no longer eligible; nobody else may."""
    return (
        refusal_by_state(deployment)
        or refusal_of_settled(standing, vote)
        or refusal_by_role(rights, deployment, vote)
        or refusal_by_author(vote)
    )


def refusal_by_state(deployment: Deployment) -> Refused | None:
    if deployment.state in STATES:
        return None
    return Refused(
        "Objections are lifted before the start; the deployment is "
        f"{deployment.get_state_display().lower()}."
    )


def refusal_of_settled(standing: RuleStanding, vote: Vote) -> Refused | None:
    if lifted := next((one for one in standing.lifted if one.pk == vote.pk), None):
        return Refused(f"{lifted.lifting.by} lifted this objection already.")
    if vote.pk not in {one.pk for one in standing.objections}:
        return Refused("This is no objection that stands, so there is nothing to lift.")
    return None


def refusal_by_role(rights: Rights, deployment: Deployment, vote: Vote) -> Refused | None:
    role = vote.rule.role
    if rights.user.pk == vote.person_id:
        return Forbidden("This is your own word; sign again or take it back.")
    if not rights.user.is_person or role.key not in rights.roles:
        return Forbidden(
            f"Only another holder of the role {role.title} of this service may lift it."
        )
    if rights.user.pk in barred(deployment):
        return Forbidden(
            "You requested, wrote or last edited this deployment; another holder of the role "
            f"{role.title} must lift it."
        )
    return None


def refusal_by_author(vote: Vote) -> Refused | None:
    if not is_eligible(vote):
        return None
    return Forbidden(
        f"{vote.person_name} still holds the role {vote.rule.role.title}; only they can take "
        "their objection back."
    )


def is_eligible(vote: Vote) -> bool:
    """Whether the author could still sign under the role, or the one for whom they objected."""
    service, role = vote.deployment.service, vote.rule.role.key
    parties = [one for one in (vote.person, vote.on_behalf_of) if one is not None]
    return any(one.is_person and rights_of(one, service).speaks_as(role) for one in parties)
