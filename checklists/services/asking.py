"""Leaving a required item out: one person asks with a reason, another agrees or declines."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from checklists import policies
from checklists.enums import ItemState
from checklists.models import Item
from checklists.services.states import (
    SAID,
    ask_nothing,
    locked,
    put,
    refusal_by_seen,
    refusal_on_the_day,
)
from deployments import clock, history
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Event

ASKED: dict[str, str] = {
    ItemState.SKIPPED: "item asked to be skipped",
    ItemState.NOT_APPLICABLE: "item asked to be not applicable",
}


@transaction.atomic
def leave_out(
    deployment_id: int,
    item_id: int,
    to: ItemState,
    *,
    actor: User,
    reason: str,
    seen: str | None = None,
) -> Event | None:
    """Skip an item or call it not applicable; for a required one this asks a second person."""
    deployment, item = locked(deployment_id, item_id, actor)
    if item.state == to:
        return None
    require(refusal_by_seen(item, seen))
    require(refusal_on_the_day(item, to, actor))
    return ask_to_leave_out(deployment, item, to, actor=actor, reason=reason)


def ask_to_leave_out(
    deployment: Deployment, item: Item, to: ItemState, *, actor: User, reason: str
) -> Event:
    """The same under the lock, for somebody of whom it was asked already whether they may."""
    if not item.required:
        require(policies.refusal_to_set(item, to, reason))
        return put(deployment, item, to, actor=actor, reason=reason)
    require(policies.refusal_to_ask(item, to, reason))
    item.asked_state, item.asked_reason = to, reason.strip()
    item.asked_by, item.asked_at = actor, clock.now()
    item.save(update_fields=SAID)
    return history.record(
        deployment,
        ASKED[to],
        actor=actor,
        obj=item,
        after={"asked": to.value},
        reason=item.asked_reason,
        at=item.asked_at,
    )


@transaction.atomic
def agree(deployment_id: int, item_id: int, *, actor: User, seen: str) -> Event:
    """The second person's word: the item is left out in the name of both.

    `seen` is the asking that the person read (`policies.asked_as`), so that nobody agrees to
    another one.
    """
    deployment, item = locked(deployment_id, item_id, actor)
    require(policies.refusal_to_answer(item, actor, seen))
    to, asker, reason = ItemState(item.asked_state), item.asked_by, item.asked_reason
    require(policies.refusal_by_readiness(item, to))
    return put(deployment, item, to, actor=actor, reason=reason, asked_by=asker)


@transaction.atomic
def decline(deployment_id: int, item_id: int, *, actor: User, reason: str, seen: str) -> Event:
    """The item stays as it was; the reason tells the one who asked why."""
    deployment, item = locked(deployment_id, item_id, actor)
    require(policies.refusal_to_answer(item, actor, seen))
    if not reason.strip():
        raise Invalid(f"Say why “{item.text}” is not to be left out.")
    return _end_asking(deployment, item, "item leaving out declined", actor, reason.strip())


@transaction.atomic
def take_back(deployment_id: int, item_id: int, *, actor: User, seen: str) -> Event:
    """Whoever asked no longer does."""
    deployment, item = locked(deployment_id, item_id, actor)
    require(policies.refusal_to_take_back(item, actor, seen))
    return _end_asking(deployment, item, "item leaving out taken back", actor, "")


def _end_asking(deployment: Deployment, item: Item, verb: str, actor: User, reason: str) -> Event:
    asked = {"asked": item.asked_state}
    asked |= {"asked_by": item.asked_by.username} if item.asked_by else {}
    ask_nothing(item)
    item.save(update_fields=SAID)
    return history.record(deployment, verb, actor=actor, obj=item, before=asked, reason=reason)
