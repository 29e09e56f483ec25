"""The stakeholder list of a service, and a person's subscriptions, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q

from accounts.models import User
from communications.models import OptOut, Stakeholder
from communications.subscriptions.policies import refusal_to_list
from communications.subscriptions.subscribers import refusal_by_ties, ties_of
from communications.whom import audience
from deployments.exceptions import Refused
from deployments.models import Service
from deployments.policies import rights_of

PAGE = 100
LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Listed:
    """One entry of the list; `left` is set if its person asked to be told no more."""

    entry: Stakeholder
    language: str
    left: OptOut | None
    is_bound: bool


def stakeholders_page(
    service: Service, viewer: User, search: str, page: str | None
) -> dict[str, Any]:
    found = Stakeholder.objects.filter(service=service)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(address__icontains=search))
    shown = Paginator(found.order_by("name", "pk"), PAGE).get_page(page)
    left = {one.address.lower(): one for one in OptOut.objects.filter(service=service)}
    held = audience.bound(service)
    return {
        "service": service,
        "page": shown,
        "search": search,
        "rows": [
            Listed(
                entry,
                str(LANGUAGES.get(entry.language, entry.language)),
                left.get(entry.address.lower()),
                held.has(entry.address, entry.user_id),
            )
            for entry in shown
        ],
        "refusal": refusal_to_list(rights_of(viewer, service)),
    }


@dataclass(frozen=True)
class Subscription:
    """What one person gets of one service, and why they cannot leave if so."""

    service: Service
    is_told: bool
    left: OptOut | None
    refusal: Refused | None


def subscriptions_of(person: User) -> list[Subscription]:
    """Every service that the person sees, in the same number of questions however many."""
    services = list(Service.objects.visible_to(person))
    address = person.email.strip()
    mine = Q(user=person) | (Q(address__iexact=address) if address else Q(pk__in=[]))
    left = {one.service_id: one for one in OptOut.objects.filter(mine, service__in=services)}
    told = set(Stakeholder.objects.filter(mine).values_list("service_id", flat=True))
    told |= set(_seen_by_grant(person))
    ties = ties_of(person, services)
    return [
        Subscription(
            service,
            bool(address)
            and bool(ties[service.pk] or (service.pk in told and service.pk not in left)),
            left.get(service.pk),
            refusal_by_ties(ties[service.pk]),
        )
        for service in services
    ]


def _seen_by_grant(person: User) -> Any:
    """Not those that somebody sees as an administrator only, of which they are not told."""
    held = Service.objects.with_right(person, audience.READS_ONLY)
    return held.values_list("pk", flat=True)
