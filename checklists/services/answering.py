"""A step failed: one named person says how it goes on, and another ops lead may in their place."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from checklists import policies
from checklists.day import policies as day
from checklists.enums import Answer, ItemState
from checklists.models import Item
from checklists.services.asking import ask_to_leave_out
from checklists.services.commands import start_command
from checklists.services.states import locked, put, refusal_by_seen
from connections.commands import command_names
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def answer(
    deployment_id: int,
    item_id: int,
    to: Answer,
    *,
    actor: User,
    reason: str = "",
    seen: str | None = None,
) -> Event | None:
    """Try again, take it as done, or skip; a required step is skipped by two people, as ever."""
    deployment, item = locked(deployment_id, item_id, actor)
    require(refusal_by_seen(item, seen))
    require(day.refusal_to_answer(rights_of(actor, deployment.service), item, deployment))
    require(day.refusal_of_answer(item, to, reason))
    match to:
        case Answer.RETRY:
            return _try_again(deployment, item, actor, reason)
        case Answer.SKIP:
            return ask_to_leave_out(deployment, item, ItemState.SKIPPED, actor=actor, reason=reason)
        case Answer.DONE:
            require(policies.refusal_by_readiness(item, ItemState.DONE))
            return put(
                deployment,
                item,
                ItemState.DONE,
                actor=actor,
                reason=reason,
                also={"answer": to.value},
            )


def _try_again(deployment: Deployment, item: Item, actor: User, reason: str) -> Event:
    """At once, in the name of whoever said so; a command is run anew, which only a person asks."""
    verb, also = "step tried again", {"answer": Answer.RETRY.value}
    if item.runs and item.runs in command_names():
        return start_command(deployment, item, actor=actor, verb=verb, also=also, reason=reason)
    return put(
        deployment, item, ItemState.IN_PROGRESS, actor=actor, reason=reason, verb=verb, also=also
    )
