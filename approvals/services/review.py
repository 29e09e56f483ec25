"""The ways into review and back out of it."""

from django.db import transaction

from accounts.models import User
from approvals.asking import outset
from approvals.enums import Closed
from approvals.policies import deciding, submitting
from approvals.services.polling import begin_round, end_round
from approvals.shown import Shown, refusal_of_other
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from deployments.services import move


@transaction.atomic
def submit(deployment_id: int, *, actor: User, shown: Shown | None = None) -> Event:
    """Ask for sign-off; from here on the time T0 is told to people.

    `shown` is what the person read before; without it, it is submitted as it stands.
    """
    deployment = Deployment.objects.lock(deployment_id)
    start = outset(deployment, clock.now())
    rights = rights_of(actor, deployment.service)
    require(submitting.refusal_to_submit(rights, deployment, submitting.missing(start)))
    if shown is not None:
        require(refusal_of_other(shown, deployment, "submitted"))
    deployment.submitted_at = start.now
    deployment.save(update_fields=["submitted_at"])
    submitted = move(deployment, State.IN_REVIEW, "submitted", actor=actor, at=start.now)
    begin_round(deployment, start.now)
    return submitted


@transaction.atomic
def reopen(deployment_id: int, *, actor: User, reason: str) -> Event:
    """Back to draft; every signature stays with the content that it was given on."""
    deployment = Deployment.objects.lock(deployment_id)
    require(deciding.refusal_to_reopen(rights_of(actor, deployment.service), deployment))
    if not reason.strip():
        raise Invalid("Say why it goes back to draft; those who signed it will read it.")
    end_round(deployment, Closed.LEFT, clock.now())
    return move(deployment, State.DRAFT, "reopened", actor=actor, reason=reason.strip())


@transaction.atomic
def resume(deployment_id: int, *, actor: User) -> Event:
    """Take a held or refused deployment back into review."""
    deployment = Deployment.objects.lock(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(deciding.refusal_to_resume(rights, deployment, clock.now()))
    resumed = move(deployment, State.IN_REVIEW, "resumed", actor=actor)
    begin_round(deployment, resumed.at)
    return resumed
