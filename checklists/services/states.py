"""What a person says an item has come to: begun, done, failed, left out, open again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from checklists import policies
from checklists.asked import asked_person
from checklists.day import policies as day
from checklists.enums import ItemState
from checklists.models import Item
from deployments import clock, history
from deployments.exceptions import Overtaken, Refused, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of

VERBS: dict[ItemState, str] = {
    ItemState.OPEN: "item reopened",
    ItemState.IN_PROGRESS: "item begun",
    ItemState.DONE: "item done",
    ItemState.FAILED: "item failed",
    ItemState.SKIPPED: "item skipped",
    ItemState.NOT_APPLICABLE: "item not applicable",
}
SAID = (
    "state", "state_by", "state_at", "started_at", "begun_by", "no_return_at", "question_to",
    "reason", "chosen", "seconded_by",
    "asked_state", "asked_by", "asked_at", "asked_reason",
)  # fmt: skip


@transaction.atomic
def set_state(
    deployment_id: int,
    item_id: int,
    to: ItemState,
    *,
    actor: User,
    reason: str = "",
    seen: str | None = None,
    confirmed: bool = False,
) -> Event | None:
    """Tick, un-tick, fail or skip an item; setting the state it already has changes nothing.

    `seen` is the state that the person saw; if somebody was faster they are told who. What cannot
    be undone is `confirmed` by whoever read what it closes off.
    """
    deployment, item = locked(deployment_id, item_id, actor)
    if item.state == to:
        return None
    require(refusal_by_seen(item, seen))
    require(refusal_on_the_day(item, to, actor))
    require(policies.refusal_by_judgment(item, to))
    require(policies.refusal_to_set(item, to, reason))
    require(day.refusal_unless_confirmed(item, to, confirmed=confirmed))
    return put(deployment, item, to, actor=actor, reason=reason)


@transaction.atomic
def choose(
    deployment_id: int, item_id: int, word: str, *, actor: User, seen: str | None = None
) -> Event | None:
    """Close an item by exactly one of its choices; another takes the place of the one before."""
    deployment, item = locked(deployment_id, item_id, actor)
    if item.chosen == word and word:
        return None
    require(refusal_by_seen(item, seen))
    require(refusal_on_the_day(item, ItemState.DONE, actor))
    require(policies.refusal_to_choose(item, word))
    require(day.refusal_unless_confirmed(item, ItemState.DONE, confirmed=False))
    return put(deployment, item, ItemState.DONE, actor=actor, chosen=word)


def locked(deployment_id: int, item_id: int, actor: User) -> tuple[Deployment, Item]:
    """Deployment and item as they are now, for somebody who may say what became of the item."""
    deployment = Deployment.objects.lock(deployment_id)
    people = ("state_by", "seconded_by", "asked_by", "question_to", "owner", "owner_role")
    item = deployment.items.select_related(*people).get(pk=item_id)
    item.deployment = deployment
    require(policies.refusal_to_tick(rights_of(actor, deployment.service), item, deployment))
    return deployment, item


def refusal_on_the_day(item: Item, to: ItemState, actor: User) -> Refused | None:
    """A step of the day is its owner's, what failed is answered for first, a command ends first."""
    if not item.is_of_the_day:
        return None
    return (
        day.refusal_by_owner(rights_of(actor, item.deployment.service), item)
        or day.refusal_by_question(item, to)
        or day.refusal_while_running(item)
    )


def refusal_by_seen(item: Item, seen: str | None) -> Overtaken | None:
    if seen is None or policies.seen_as(item) == seen:
        return None
    who = item.seconded_by or item.state_by or "Somebody"
    now = f"{item.get_state_display()}: {item.chosen}" if item.chosen else item.get_state_display()
    return Overtaken(f"{who} was faster: “{item.text}” is {now}.")


def put(
    deployment: Deployment,
    item: Item,
    to: ItemState,
    *,
    actor: User | None,
    by: User | None = None,
    reason: str = "",
    chosen: str = "",
    asked_by: User | None = None,
    verb: str = "",
    also: Mapping[str, str] | None = None,
    on_behalf_of: User | None = None,
) -> Event:
    """Write the new state and nothing of the old one, and what history says of it.

    `asked_by` is who asked for it first; then the actor is the second person. `by` is who
    answers for what the portal itself found; the actor is then nobody. `on_behalf_of` is whose
    role it was, where the actor only stands in.
    """
    before, at = _told(item), clock.now()
    item.state, item.reason, item.chosen = to, reason.strip(), chosen
    item.state_by, item.state_at = asked_by or by or actor, at
    item.seconded_by = actor if asked_by else None
    _note_times(item, to, at)
    item.question_to = asked_person(deployment) if item.asks_how_to_go_on else None
    ask_nothing(item)
    item.save(update_fields=SAID)
    return history.record(
        deployment,
        verb or VERBS[to],
        actor=actor,
        obj=item,
        before=before,
        after={**_told(item), **(also or {})},
        reason=item.reason,
        on_behalf_of=on_behalf_of,
        at=at,
    )


def ask_nothing(item: Item) -> None:
    item.asked_state, item.asked_reason = "", ""
    item.asked_by = item.asked_at = None


def _note_times(item: Item, to: ItemState, at: datetime) -> None:
    """When the work on it began and by whom, and since when there is no way back behind it."""
    if to == ItemState.OPEN:
        item.started_at = item.begun_by = None
    elif to == ItemState.IN_PROGRESS:
        # Tried again, it begins anew.
        item.started_at, item.begun_by = at, item.state_by
    if item.is_of_the_day and item.irreversible and to in day.GOES_ON:
        item.no_return_at = item.no_return_at or at


def _told(item: Item) -> dict[str, str]:
    told = {"state": str(item.state)}
    if item.chosen:
        told["chosen"] = item.chosen
    if item.seconded_by and item.state_by:
        told |= {"asked_by": item.state_by.username, "seconded_by": item.seconded_by.username}
    if item.question_to:
        told["asks"] = item.question_to.username
    return told
