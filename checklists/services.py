"""The verbs of the checklist: define, tick, add evidence, complete, stop."""

from django.db import transaction

from accounts.models import User
from checklists import evidence, policies
from checklists.definitions import ItemDefinition, SectionDefinition
from checklists.enums import ItemState, Phase
from checklists.evidence import Given
from checklists.models import Evidence, Item, Section
from deployments import clock, history
from deployments.enums import State
from deployments.exceptions import Invalid, Overtaken
from deployments.keys import kept_keys
from deployments.models import Deployment, Event
from deployments.policies import refusal_to_move, refusal_to_operate, rights_of
from deployments.services import move, require


def define(
    deployment: Deployment, sections: list[SectionDefinition], items: list[ItemDefinition]
) -> None:
    """Write a whole checklist; the caller holds the lock and refreshes the content afterwards."""
    made = Section.objects.bulk_create(
        Section(deployment=deployment, path=part.path, position=place, line=part.line)
        for place, part in enumerate(sections, start=1)
    )
    keys = kept_keys([item.key for item in items], [item.text for item in items])
    rows = Item.objects.bulk_create(
        Item(
            deployment=deployment,
            section=made[item.section],
            key=key,
            position=place,
            kind=item.kind,
            phase=item.phase,
            text=item.text,
            required=item.required,
            evidence_demanded=item.evidence_demanded,
            irreversible=item.irreversible,
            commands=item.commands,
            planned_minutes=item.planned_minutes,
            choices=item.choices,
            owner=item.owner,
            owner_role=item.owner_role,
            due_anchor=item.due_anchor,
            due_offset=item.due_offset,
            claimed_done=item.claimed_done,
            line=item.line,
        )
        for place, (key, item) in enumerate(zip(keys, items, strict=True), start=1)
    )
    order = Item.predecessors.through
    order.objects.bulk_create(
        order(from_item=rows[later], to_item=rows[earlier])
        for later, item in enumerate(items)
        for earlier in item.after
    )


@transaction.atomic
def set_state(
    deployment_id: int,
    item_id: int,
    to: ItemState,
    *,
    actor: User,
    reason: str = "",
    seen: str | None = None,
) -> Event | None:
    """Tick, un-tick, fail or skip an item; setting the state it already has changes nothing.

    `seen` is the state that the person saw; if somebody was faster they are told who.
    """
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.select_related("state_by").get(pk=item_id)
    require(policies.refusal_to_tick(rights_of(actor, deployment.service), item, deployment))
    if item.state == to:
        return None
    if seen is not None and item.state != seen:
        who = item.state_by or "Somebody"
        raise Overtaken(f"{who} was faster: “{item.text}” is {item.get_state_display()}.")
    require(policies.refusal_to_set(item, to, reason))
    before = item.state
    item.state, item.reason = to, reason.strip()
    item.state_by, item.state_at = actor, clock.now()
    item.save(update_fields=["state", "reason", "state_by", "state_at"])
    return history.record(
        deployment,
        VERBS[to],
        actor=actor,
        obj=item,
        before={"state": before},
        after={"state": to.value},
        reason=item.reason,
        at=item.state_at,
    )


VERBS: dict[ItemState, str] = {
    ItemState.OPEN: "item reopened",
    ItemState.IN_PROGRESS: "item begun",
    ItemState.DONE: "item done",
    ItemState.FAILED: "item failed",
    ItemState.SKIPPED: "item skipped",
    ItemState.NOT_APPLICABLE: "item not applicable",
}


@transaction.atomic
def add_evidence(deployment_id: int, item_id: int, given: Given, *, actor: User) -> Evidence:
    """Keep what shows that an item is so; the same from the same person again changes nothing."""
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.get(pk=item_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_add_evidence(rights, item, deployment))
    require(policies.refusal_of_evidence(given))
    fields = evidence.keep(given)
    if again := item.evidence.filter(added_by=actor, **fields).first():
        return again
    added = Evidence.objects.create(item=item, added_by=actor, added_at=clock.now(), **fields)
    history.record(
        deployment,
        "evidence added",
        actor=actor,
        obj=item,
        after=evidence.recorded(fields),
        at=added.added_at,
    )
    return added


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
