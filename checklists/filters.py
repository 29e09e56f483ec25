"""Which items of a tab are open, late or one person's: the counts, and the list that is asked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from checklists.enums import Kind, Show
from checklists.models import Item
from checklists.rows import calendar, groups_of
from deployments.models import Deployment
from deployments.policies import Rights
from statements import built_once

KINDS: dict[str, tuple[Kind, ...]] = {
    "checklist": (Kind.CHECK, Kind.CRITERION),
    "runbook": (Kind.STEP, Kind.ROLLBACK_STEP),
}
EMPTY: dict[Show, str] = {
    Show.OPEN: "Nothing is open. Items that are still to be done stand here.",
    Show.LATE: "Nothing is late. Items that are open after their due time stand here.",
    Show.MINE: "Nothing here is yours. Items that name you, or a role that you hold for this "
    "service, as their owner stand here.",
}


def filters_panel(deployment: Deployment, rights: Rights, tab: str, show: str) -> dict[str, Any]:
    """The words with their counts, and if one of them is chosen its items."""
    found = _found(deployment, rights, KINDS[tab])
    chosen = Show(show) if show in Show.values else None
    return {
        "deployment": deployment,
        "tab_name": tab,
        "show": chosen,
        "filters": [(one, len(found[one])) for one in Show],
        "groups": groups_of(deployment, KINDS[tab], found[chosen]) if chosen else [],
        "nothing": EMPTY[chosen] if chosen else "",
        "may": rights.rights,
    }


def _found(deployment: Deployment, rights: Rights, kinds: tuple[Kind, ...]) -> dict[Show, set[int]]:
    items = _items(deployment.pk, kinds=kinds)
    times = calendar(deployment, items)
    return {
        Show.OPEN: {one.pk for one in items if not one.is_closed},
        Show.LATE: {one.pk for one in items if times.is_late(one, deployment.state)},
        Show.MINE: {one.pk for one in items if is_mine(one, rights)},
    }


@built_once
def _items(deployment: int, *, kinds: tuple[Kind, ...]) -> QuerySet[Item]:
    found = Item.objects.filter(kind__in=kinds, deployment=deployment).select_related("owner_role")
    return found.only(
        "state", "phase", "owner", "owner_role", "due_anchor", "due_offset", "deployment"
    )


def is_mine(item: Item, rights: Rights) -> bool:
    role = item.owner_role
    return item.owner_id == rights.user.pk or (role is not None and role.key in rights.roles)
