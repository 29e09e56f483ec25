"""Several items in one act: all of those that were shown, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction

from accounts.models import User
from checklists import bulk, policies
from checklists.enums import ItemState
from checklists.models import Item
from checklists.services.states import put
from deployments.exceptions import Invalid, Overtaken, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def tick_several(
    deployment_id: int, section_id: int, item_ids: Collection[int], *, actor: User
) -> list[Event]:
    """Tick exactly these items; what changed since they were shown is named, and nothing saved."""
    deployment = Deployment.objects.lock(deployment_id)
    section = deployment.sections.get(pk=section_id)
    ticked = _tickable(deployment, bulk.items_of(section), item_ids, actor)
    return [put(deployment, one, ItemState.DONE, actor=actor) for one in ticked]


@transaction.atomic
def confirm_claims(deployment_id: int, item_ids: Collection[int], *, actor: User) -> list[Event]:
    """Take the document's word for these check items, in the name of whoever confirms it."""
    deployment = Deployment.objects.lock(deployment_id)
    ticked = _tickable(deployment, bulk.claimed_in(deployment), item_ids, actor)
    return [
        put(
            deployment,
            one,
            ItemState.DONE,
            actor=actor,
            reason=f"As line {one.line} of the document says." if one.line else "",
        )
        for one in ticked
    ]


def _tickable(
    deployment: Deployment, listed: Iterable[Item], item_ids: Collection[int], actor: User
) -> list[Item]:
    """Those that are asked for, all of them or a refusal."""
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_tick_any(rights))
    if not item_ids:
        raise Invalid("Nothing was ticked: leave at least one item selected.")
    items = [one for one in listed if one.pk in set(item_ids)]
    changed = [found for one in items if (found := bulk.obstacle(one, rights, deployment))]
    changed += _gone(deployment, set(item_ids) - {one.pk for one in items})
    if changed:
        raise Overtaken(f"Nothing was ticked, since something changed. {' '.join(changed)}")
    return items


def _gone(deployment: Deployment, item_ids: set[int]) -> list[str]:
    """Those that left the list, by name if they are of this deployment."""
    if not item_ids:
        return []
    known = Item.every.filter(deployment=deployment, pk__in=item_ids).order_by("position")
    found = [f"“{one}” is no longer in this list." for one in known]
    strange = len(item_ids) - len(found)
    return [*found, f"{strange} of the list are no items of this deployment."] if strange else found
