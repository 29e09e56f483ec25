"""An item that is due soon is said once for each instant at which it is due."""

from __future__ import annotations

from django.db import transaction

from checklists import due, policies
from checklists.enums import CLOSED
from checklists.models import Item
from deployments import anchors, clock, history
from deployments.enums import State
from deployments.models import Deployment, Event


@transaction.atomic
def remind(deployment_id: int, item_id: int) -> Event | None:
    """Record “item due” if that is so and has not been said of this instant."""
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.select_related("owner", "owner_role").filter(pk=item_id).first()
    if item is None or not is_owed(item, deployment):
        return None
    known = anchors.moments_of([deployment], {item.due_anchor})[deployment.pk]
    instant, now = due.due_at(item.due_anchor, item.due_offset, known), clock.now()
    if instant is None or instant == item.due_told_for or not due.reminds(instant, now):
        return None
    item.due_told_for = instant
    item.save(update_fields=["due_told_for"])
    return history.record(
        deployment,
        "item due",
        actor=None,
        obj=item,
        after={
            "due": instant.isoformat(),
            "owner": item.owner.username if item.owner else "",
            "role": item.owner_role.key if item.owner_role else "",
        },
        at=now,
    )


def is_owed(item: Item, deployment: Deployment) -> bool:
    """Somebody is to do it, it is not done, and it can still be done in time to come."""
    return (
        deployment.state != State.DRAFT
        and not policies.phase_is_over(item.phase, deployment.state)
        and bool(item.owner_id or item.owner_role_id)
        and item.state not in CLOSED
    )
