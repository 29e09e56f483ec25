"""The deployment's own moves that need the checklist: complete and stop."""

from django.db import transaction

from accounts.models import User
from checklists import policies
from checklists.enums import Phase
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Event
from deployments.policies import refusal_to_move, refusal_to_operate, rights_of
from deployments.services import move


@transaction.atomic
def complete(deployment_id: int, *, actor: User) -> Event:
    """Everything required of the day is done: the deployment goes into its watch."""
    deployment = Deployment.objects.lock(deployment_id)
    waiting = deployment.items.waiting_in([Phase.DURING]).values_list("text", flat=True)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_complete(rights, deployment, list(waiting)))
    deployment.completed_at = clock.now()
    deployment.save(update_fields=["completed_at"])
    return move(deployment, State.WATCHING, "completed", actor=actor, at=deployment.completed_at)


@transaction.atomic
def stop(deployment_id: int, *, actor: User, note: str) -> Event:
    """End a deployment that cannot go on; the note says how the environment was left."""
    deployment = Deployment.objects.lock(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(refusal_to_move(deployment, State.STOPPED))
    require(refusal_to_operate(rights, deployment, "stop"))
    if not note.strip():
        raise Invalid("Say how the environment was left; the next deployment there shows it.")
    deployment.stopped_note = note.strip()
    deployment.save(update_fields=["stopped_note"])
    return move(deployment, State.STOPPED, "stopped", actor=actor, reason=note.strip())
