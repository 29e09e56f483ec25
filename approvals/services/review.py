"""The ways into review and back out of it."""

from django.db import transaction

from accounts.models import User
from approvals.policies import deciding as policies
from deployments import clock
from deployments.enums import Right, State
from deployments.models import Deployment, Event
from deployments.policies import refusal_to_move, refusal_without, rights_of
from deployments.services import move, require


@transaction.atomic
def submit(deployment_id: int, *, actor: User) -> Event:
    """Ask for sign-off; from here on the time T0 is told to people."""
    deployment = Deployment.objects.lock(deployment_id)
    now = clock.now()
    require(
        policies.refusal_to_submit(
            rights_of(actor, deployment.service),
            deployment,
            has_rules=deployment.rules.exists(),
            now=now,
            unheld=deployment.rules.unheld(deployment.service),
        )
    )
    deployment.submitted_at = now
    deployment.save(update_fields=["submitted_at"])
    return move(deployment, State.IN_REVIEW, "submitted", actor=actor, at=now)


@transaction.atomic
def reopen(deployment_id: int, *, actor: User, reason: str = "") -> Event:
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_move(deployment, State.DRAFT))
    require(
        refusal_without(rights_of(actor, deployment.service), Right.EDIT, "reopen a deployment")
    )
    return move(deployment, State.DRAFT, "reopened", actor=actor, reason=reason)


@transaction.atomic
def resume(deployment_id: int, *, actor: User) -> Event:
    """Take a held or refused deployment back into review."""
    deployment = Deployment.objects.lock(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_resume(rights, deployment, clock.now()))
    return move(deployment, State.IN_REVIEW, "resumed", actor=actor)
