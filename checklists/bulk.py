"""Which items can be ticked together, and for each of the others why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from checklists import policies
from checklists.enums import ItemState, Kind
from checklists.models import Item, Section
from deployments.models import Deployment
from deployments.policies import Rights

# Steps run one by one, each when the one before it is done.
TOGETHER = (Kind.CHECK, Kind.CRITERION)


@dataclass(frozen=True)
class Offer:
    """`possible` would be ticked; `others` are open too, each with its sentence."""

    possible: list[Item]
    others: list[tuple[Item, str]]


def items_of(section: Section) -> QuerySet[Item]:
    return _asked(Item.objects.filter(section=section, kind__in=TOGETHER))


def claimed_in(deployment: Deployment) -> QuerySet[Item]:
    """Check items of which the document says that they are done."""
    return _asked(deployment.items.filter(kind=Kind.CHECK, claimed_done=True))


def _asked(items: QuerySet[Item]) -> QuerySet[Item]:
    return (
        items.select_related("state_by", "seconded_by", "asked_by")
        .annotate(evidence_count=Count("evidence"))
        .order_by("position")
    )


def offer(items: Iterable[Item], rights: Rights, deployment: Deployment) -> Offer:
    possible, others = [], []
    for item in items:
        if item.is_closed:
            continue
        sentence = obstacle(item, rights, deployment)
        if sentence:
            others.append((item, sentence))
        else:
            possible.append(item)
    return Offer(possible, others)


def obstacle(item: Item, rights: Rights, deployment: Deployment) -> str:
    """Why this item is not ticked together with others; empty if it can be.

    The item comes from `items_of` or `claimed_in`.
    """
    refusal = policies.refusal_to_tick(rights, item, deployment)
    if refusal:
        return f"“{item.text}”: {refusal.sentence}"
    if item.is_closed:
        who = item.state_by or "the portal"
        return f"“{item.text}” is {item.get_state_display()} by {who} already."
    if item.state == ItemState.FAILED:
        return f"“{item.text}” failed; say on its own page what became of it."
    if item.asked_by:
        return f"{item.asked_by} asks to leave “{item.text}” out; agree or decline on its own page."
    has_any = bool(getattr(item, "evidence_count", 0))
    refusal = (
        policies.refusal_by_judgment(item, ItemState.DONE)
        or policies.refusal_by_choices(item)
        or policies.refusal_by_evidence(item, has_any=has_any)
    )
    return refusal.sentence if refusal else ""
