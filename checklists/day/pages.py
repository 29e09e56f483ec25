"""What the pages of the day show around their forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checklists.day import policies
from checklists.enums import ItemState, Phase
from checklists.leftovers import Leftover
from checklists.models import Item
from checklists.policies import refusal_by_order, refusal_to_tick, seen_as
from connections.commands import command_names
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights


def step_page(item: Item) -> dict[str, Any]:
    return {"item": item, "deployment": item.deployment, "back": f"#item-{item.pk}"}


def begin_page(item: Item, rights: Rights) -> dict[str, Any]:
    """What stays once it has begun, and what the way back would still do."""
    deployment = item.deployment
    back = deployment.items.filter(phase=Phase.ROLLBACK).order_by("position")
    return {
        **step_page(item),
        "seen": seen_as(item),
        "runs_by_itself": item.runs in command_names(),
        "way_back": list(back),
        "is_way_back": item.phase == Phase.ROLLBACK,
        "refusal": refusal_to_begin(item, rights),
    }


def refusal_to_begin(item: Item, rights: Rights) -> Refused | None:
    refusal = (
        refusal_to_tick(rights, item, item.deployment)
        or policies.refusal_by_owner(rights, item)
        or policies.refusal_by_question(item, ItemState.IN_PROGRESS)
        or refusal_by_order(item)
    )
    if refusal or item.state == ItemState.OPEN:
        return refusal
    return Refused(f"“{item.text}” is {item.get_state_display()} by {item.state_by} already.")


def roll_back_page(deployment: Deployment, limits: Sequence[Leftover]) -> dict[str, Any]:
    """The way back as it was signed, and how much of it somebody planned a time for."""
    steps = deployment.items.filter(phase=Phase.ROLLBACK).order_by("position")
    return {
        "deployment": deployment,
        "steps": list(steps),
        "limits": limits,
        "version": deployment.content_version,
    }
