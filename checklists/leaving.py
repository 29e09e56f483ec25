"""Required items that somebody asks to leave out, and that wait for a second person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from checklists.mine import MyItem
from checklists.models import Item
from checklists.policies import refusal_to_second, refusal_to_tick
from checklists.rows import Calendar
from deployments import anchors
from deployments.models import Deployment
from deployments.policies import Rights


def asked_items(deployments: Collection[Deployment], now: datetime) -> list[MyItem]:
    """With their due times; one query, and one for each anchor that another app knows."""
    by_pk = {one.pk: one for one in deployments}
    items = list(
        Item.objects.filter(deployment__in=by_pk, asked_by__isnull=False)
        .select_related("asked_by")
        .order_by("pk")
    )
    for item in items:
        item.deployment = by_pk[item.deployment_id]
    used = {one.due_anchor for one in items} - {""}
    known = anchors.moments_of(list({one.deployment for one in items}), used)
    found = []
    for item in items:
        times = Calendar(known.get(item.deployment_id, {}), now)
        found.append(MyItem(item, times.due(item), times.is_late(item, item.deployment.state)))
    return found


def may_second(rights: Rights, item: Item) -> bool:
    """Whether this person's word is the one that is waited for."""
    return not (
        refusal_to_tick(rights, item, item.deployment) or refusal_to_second(item, rights.user)
    )
