"""The open items of one person, over all deployments that are under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    When,
)

from accounts.models import User
from checklists.models import Item
from checklists.policies import phase_is_over
from checklists.rows import Calendar
from deployments import anchors
from deployments.clock import PortalNow
from deployments.enums import UNDER_WAY, Anchor
from deployments.models import Deployment, Membership
from statements import AnyOf, built_once

SHOWN = 20
# More are looked at than shown, since not every due time can be told inside the query.
LOOKED_AT = 500
COLUMNS = {Anchor.T0: "t0", Anchor.START: "started_at", Anchor.COMPLETE: "completed_at"}
DUE = Case(
    *(
        When(
            due_anchor=anchor,
            then=ExpressionWrapper(
                F(f"deployment__{column}") + F("due_offset"), output_field=DateTimeField()
            ),
        )
        for anchor, column in COLUMNS.items()
    ),
    output_field=DateTimeField(),
)


@dataclass(frozen=True)
class MyItem:
    item: Item
    due: datetime | None
    is_late: bool


def items_of(user: User) -> list[MyItem]:
    """The most urgent first; one query, and one for each anchor that another app knows."""
    owned = _owned(user.pk, sees_all=user.is_superuser)
    items = [one for one in owned if not phase_is_over(one.phase, one.deployment.state)]
    now = owned[0].now if owned else None
    used = {one.due_anchor for one in items} - {""}
    known = anchors.moments_of(list({one.deployment for one in items}), used)
    found = []
    for item in items:
        times = Calendar(known[item.deployment_id], now)
        found.append(MyItem(item, times.due(item), times.is_late(item, item.deployment.state)))
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (not one.is_late, one.due or far))[:SHOWN]


@built_once
def _owned(user: int, *, sees_all: bool) -> QuerySet[Item, Any]:
    """Each with the present instant, which so costs no question of its own.

    The roles that the person has anywhere come first, for which there is an index; whether on this
    service is asked of few.
    """
    seen = Deployment.objects.seen_by(user, sees_all=sees_all)
    under_way = seen.filter(state__in=sorted(UNDER_WAY))
    held = Membership.objects.filter(
        service=OuterRef("deployment__service"), role=OuterRef("owner_role"), group__user=user
    )
    roles = Membership.objects.filter(group__user=user).order_by().values("role")
    of_role = Q(AnyOf("owner_role", ArraySubquery(roles)), Exists(held))
    return (
        Item.objects.unclosed()
        .filter(Q(owner=user) | of_role, deployment__in=under_way)
        .select_related("deployment__service", "deployment__environment", "owner_role")
        .annotate(now=PortalNow())
        .order_by(DUE.asc(nulls_last=True), "deployment", "position")[:LOOKED_AT]
    )
