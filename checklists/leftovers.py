"""What a way back does not bring back: said before it begins, and for good once it is finished."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checklists.enums import ItemState, Phase
from checklists.models import Item
from deployments.models import Deployment
from deployments.places import later_start

LEFT_OUT = frozenset({ItemState.SKIPPED, ItemState.NOT_APPLICABLE})


@dataclass(frozen=True)
class Leftover:
    """`sentence` stands alone; `item_pk` leads to the step where there is one."""

    sentence: str
    item_pk: int | None = None


def limits_of(deployment: Deployment) -> list[Leftover]:
    """What somebody has to know before a rollback begins."""
    items = list(deployment.items.filter(phase__in=[Phase.DURING, Phase.ROLLBACK]))
    found = _beyond_return(items)
    if not any(one.phase == Phase.ROLLBACK for one in items):
        found.append(Leftover("No way back was planned: steps have to be added as you go."))
    if later := later_start(deployment):
        found.append(
            Leftover(
                f"Deployment #{later.pk} ({later.package}) went to {deployment.environment} after "
                "this one; the way back was not signed for what it changed."
            )
        )
    return found


def left_behind(deployment: Deployment) -> list[Leftover]:
    """What stays after the rollback, in the order of the plan."""
    phases = [Phase.DURING, Phase.ROLLBACK]
    return stays(deployment.items.filter(phase__in=phases).order_by("position"))


def stays(items: Iterable[Item]) -> list[Leftover]:
    of_the_day = list(items)
    found = _beyond_return(of_the_day)
    for item in of_the_day:
        clause = _undone(item) if item.phase == Phase.ROLLBACK else _unclear(item)
        if clause:
            found.append(Leftover(f"“{item.text}” {clause}.", item.pk))
    return found


def _beyond_return(items: Iterable[Item]) -> list[Leftover]:
    return [
        Leftover(
            f"“{one.text}” cannot be undone and was begun; what it changed stays.",
            one.pk,
        )
        for one in items
        if one.no_return_at and one.phase == Phase.DURING
    ]


def _undone(item: Item) -> str:
    """Of a step of the way back that was not taken."""
    if item.state in LEFT_OUT:
        return f"was not done on the way back: {item.reason.rstrip('.')}"
    return "" if item.is_closed else "was left open on the way back"


def _unclear(item: Item) -> str:
    """Of a step forward that nobody ended."""
    if item.no_return_at is None and item.state == ItemState.IN_PROGRESS:
        return "was under way when the rollback began"
    if item.no_return_at is None and item.state == ItemState.FAILED:
        return f"had failed: {item.reason.rstrip('.')}"
    return ""
