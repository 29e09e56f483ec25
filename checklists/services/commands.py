"""The commands of steps: asking a worker to run one, and ending one that runs."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from checklists import policies
from checklists.day import policies as day
from checklists.enums import AttemptState, ItemState
from checklists.models import Attempt, Item
from checklists.services.states import locked, put, refusal_by_seen, refusal_on_the_day
from connections.commands import command_names
from deployments import clock, hints
from deployments.exceptions import Overtaken, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of

RUN = "checklists.run_command"


@transaction.atomic
def run_command(
    deployment_id: int,
    item_id: int,
    *,
    actor: User,
    seen: str | None = None,
    confirmed: bool = False,
) -> Event:
    """Begin a step by having a worker run its command, whose result decides what became of it."""
    deployment, item = locked(deployment_id, item_id, actor)
    require(refusal_by_seen(item, seen))
    require(refusal_on_the_day(item, ItemState.IN_PROGRESS, actor))
    require(_refusal_if_begun(item))
    require(policies.refusal_by_readiness(item, ItemState.IN_PROGRESS))
    require(day.refusal_to_run(item, command_names()))
    require(day.refusal_unless_confirmed(item, ItemState.IN_PROGRESS, confirmed=confirmed))
    return start_command(deployment, item, actor=actor)


def _refusal_if_begun(item: Item) -> Overtaken | None:
    if item.state == ItemState.OPEN:
        return None
    by = f" by {item.state_by}" if item.state_by else ""
    return Overtaken(f"“{item.text}” is {item.get_state_display()}{by}; its command is not run.")


def start_command(
    deployment: Deployment,
    item: Item,
    *,
    actor: User,
    verb: str = "",
    also: Mapping[str, str] | None = None,
    reason: str = "",
) -> Event:
    """Write the row that one worker takes, once; the caller holds the lock and has asked."""
    now = clock.now()
    last = item.attempts.aggregate(last=Max("number"))["last"] or 0
    attempt = Attempt.objects.create(
        item=item,
        number=last + 1,
        command=item.runs,
        requested_by=actor,
        requested_at=now,
        hinted_at=now,
    )
    hints.hint(RUN, attempt.pk)
    return put(
        deployment,
        item,
        ItemState.IN_PROGRESS,
        actor=actor,
        verb=verb,
        reason=reason,
        also={**(also or {}), "command": item.runs, "run": str(attempt.number)},
    )


@transaction.atomic
def end_command(deployment_id: int, item_id: int, *, actor: User) -> Event:
    """End what a worker runs for a step; within two seconds nothing of it is left."""
    deployment, item = locked(deployment_id, item_id, actor)
    require(day.refusal_to_end_command(rights_of(actor, deployment.service), item))
    return _end(deployment, item, actor=actor, why=f"{actor} ended its command")


def end_commands(deployment: Deployment, *, actor: User, why: str) -> None:
    """All that run for a deployment, which goes another way now; the caller holds the lock."""
    live = Attempt.objects.live().filter(item__deployment=deployment).values("item")
    for item in deployment.items.filter(pk__in=live).order_by("position"):
        item.deployment = deployment
        _end(deployment, item, actor=actor, why=why)
    deployment.items.get_queryset().filter(question_to__isnull=False).update(question_to=None)


def _end(deployment: Deployment, item: Item, *, actor: User, why: str) -> Event:
    """The worker finds that its token counts no more, and ends what it runs."""
    item.attempts.live().update(
        state=AttemptState.ENDED,
        token=None,
        lease_until=None,
        finished_at=clock.now(),
        reason=f"{why}.",
    )
    reason = f"{why}; look how far it came"
    return put(deployment, item, ItemState.FAILED, actor=actor, reason=reason)
