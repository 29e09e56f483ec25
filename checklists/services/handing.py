"""A step goes from one pair of hands to another, and history says so."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from checklists.day import policies as day
from checklists.models import Item
from deployments import history
from deployments.exceptions import Overtaken, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def hand_over(
    deployment_id: int, item_id: int, *, to: User, actor: User, seen: str | None = None
) -> Event:
    """Give a step of the day to somebody who may act on it, or take it over oneself.

    Owners are no signed content, so this changes nothing of what was decided.
    """
    deployment = Deployment.objects.lock(deployment_id)
    people = ("state_by", "owner", "owner_role")
    item = deployment.items.select_related(*people).get(pk=item_id)
    rights = rights_of(actor, deployment.service)
    require(day.refusal_to_hand_over(rights, item, deployment))
    receiver = rights if to == actor else rights_of(to, deployment.service)
    require(day.refusal_of_receiver(to, receiver, item))
    require(_refusal_by_holder(item, seen))
    before, item.owner, item.owner_role = holder(item), to, None
    item.save(update_fields=["owner", "owner_role"])
    return history.record(
        deployment,
        "item handed over",
        actor=actor,
        obj=item,
        before={"owner": before},
        after={"owner": str(to)},
    )


def holder(item: Item) -> str:
    """Whose it is, as pages and history say it; empty where it is nobody's."""
    return str(item.owner or item.owner_role or "")


def _refusal_by_holder(item: Item, seen: str | None) -> Overtaken | None:
    if seen is None or seen == holder(item):
        return None
    now = f"it is {holder(item)}'s now" if holder(item) else "it is nobody's now"
    return Overtaken(f"“{item.text}” was handed over meanwhile; {now}.")
