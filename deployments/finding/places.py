"""Where deployments go, read once a request: the choices of the filter, and what its words name."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Value

from accounts.models import User
from deployments.models import Environment, Service


class Place(NamedTuple):
    """`kind` is "service" or "environment", as a deployment calls it; services have no order."""

    kind: str
    order: int
    title: str
    key: str
    pk: int


def places_of(user: User) -> list[Place]:
    """Services that the person sees and all environments in their order, in one query."""
    services = Service.objects.visible_to(user).order_by()
    columns = ("title", "key", "pk")
    found = services.values_list(Value("service"), Value(0), *columns).union(
        Environment.objects.order_by().values_list(Value("environment"), "order", *columns)
    )
    return sorted(map(Place._make, found))
