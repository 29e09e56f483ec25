"""The deployment's own moves that need the checklist: complete, stop, and the way back."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.fresh import Authentication
from accounts.models import User
from checklists import leftovers, policies
from checklists.day import policies as day
from checklists.progress import still_to_do
from checklists.services.commands import end_commands
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Invalid, Overtaken, require
from deployments.models import Deployment, Event
from deployments.places import refusal_while_occupied
from deployments.policies import refusal_by_proof, refusal_to_move, rights_of
from deployments.services import move


@transaction.atomic
def complete(deployment_id: int, *, actor: User) -> Event:
    """Everything required of the day is done: the deployment goes into its watch."""
    deployment = Deployment.objects.lock(deployment_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_complete(rights, deployment, still_to_do(deployment)))
    deployment.completed_at = clock.now()
    deployment.save(update_fields=["completed_at"])
    return move(deployment, State.WATCHING, "completed", actor=actor, at=deployment.completed_at)


@transaction.atomic
def stop(deployment_id: int, *, actor: User, proof: Authentication | None, note: str) -> Event:
    """End a deployment that cannot go on; the note says how the environment was left."""
    deployment = Deployment.objects.lock(deployment_id)
    require(day.refusal_to_stop(rights_of(actor, deployment.service), deployment))
    require(refusal_by_proof(proof))
    if not note.strip():
        raise Invalid("Say how the environment was left; the next deployment there shows it.")
    end_commands(deployment, actor=actor, why="The deployment was stopped")
    deployment.stopped_note, deployment.ended_at = note.strip(), clock.now()
    deployment.save(update_fields=["stopped_note", "ended_at"])
    return move(
        deployment,
        State.STOPPED,
        "stopped",
        actor=actor,
        reason=deployment.stopped_note,
        at=deployment.ended_at,
    )


@transaction.atomic
def roll_back(deployment_id: int, *, actor: User, reason: str, aware: bool = False) -> Event:
    """Begin the way back, which was signed with the content and needs no new approval.

    `aware` says that the person read what the way back does not bring back.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(day.refusal_to_roll_back(rights_of(actor, deployment.service), deployment))
    if not reason.strip():
        raise Invalid("Say why it is rolled back; everybody who was told of the start reads it.")
    if not aware and leftovers.limits_of(deployment):
        raise Invalid("Read what the way back does not bring back, and say that you know it.")
    end_commands(deployment, actor=actor, why="The rollback began")
    return _take_the_way_back(deployment, actor, reason.strip())


@transaction.atomic
def roll_back_by_trigger(deployment_id: int, *, actor: User | None, reason: str) -> Event:
    """Begin the way back because a signed trigger held, as it says: decided so or run out.

    Only out of a watch, in which no command runs any more. The caller has asked whether the actor
    decides; nobody is one where the countdown ran out.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_move(deployment, State.ROLLING_BACK))
    require(refusal_while_occupied(deployment))
    return _take_the_way_back(deployment, actor, reason)


def _take_the_way_back(deployment: Deployment, actor: User | None, reason: str) -> Event:
    deployment.rollback_reason, deployment.rollback_at = reason, clock.now()
    deployment.save(update_fields=["rollback_reason", "rollback_at"])
    try:
        with transaction.atomic():
            return move(
                deployment,
                State.ROLLING_BACK,
                "rollback begun",
                actor=actor,
                reason=deployment.rollback_reason,
                at=deployment.rollback_at,
            )
    except IntegrityError:
        # Another one started between our look and our write; the partial unique index holds.
        raise Overtaken(
            f"Another deployment has just started on {deployment.environment}; it is stopped or "
            "rolled back first."
        ) from None


@transaction.atomic
def finish_rollback(deployment_id: int, *, actor: User, note: str = "") -> Event:
    """Everything required of the way back is done; what it leaves behind is said for good."""
    deployment = Deployment.objects.lock(deployment_id)
    still = still_to_do(deployment)
    require(day.refusal_to_finish_rollback(rights_of(actor, deployment.service), deployment, still))
    deployment.ended_at = clock.now()
    deployment.save(update_fields=["ended_at"])
    return move(
        deployment,
        State.ROLLED_BACK,
        "rolled back",
        actor=actor,
        reason=note.strip(),
        at=deployment.ended_at,
        also={"left_behind": [one.sentence for one in leftovers.left_behind(deployment)]},
    )
