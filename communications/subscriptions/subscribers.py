"""One person and the messages of one service: who they are there, and what holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from communications import meant
from communications.models import OptOut, Stakeholder
from communications.whom import audience
from deployments.enums import Right
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment, Service
from deployments.policies import Rights, rights_on

# What more than reading is called on the page that says why somebody cannot leave.
PARTS: dict[Right, str] = {
    Right.EDIT: "release manager",
    Right.OPERATE: "ops lead",
    Right.BREAK_GLASS: "holder of break-glass",
    Right.EXPORT: "auditor",
}


@dataclass(frozen=True)
class Subscriber:
    """By an account, an entry of the list, or an address that once got a copy.

    `is_listed` is false once an entry is taken out, or the account sees the service no more.
    """

    service: Service
    address: str
    user: User | None = None
    entry: Stakeholder | None = None
    was_written_to: bool = False

    def __str__(self) -> str:
        return str(self.user or (self.entry.name if self.entry else self.address))

    @property
    def is_listed(self) -> bool:
        if self.user is not None and self.entry is None:
            return Service.objects.visible_to(self.user).filter(pk=self.service.pk).exists()
        return self.entry is not None or self.was_written_to

    def opt_outs(self) -> QuerySet[OptOut]:
        mine = Q(address__iexact=self.address)
        if self.user is not None:
            mine |= Q(user=self.user)
        return OptOut.objects.filter(mine, service=self.service)


def of_account(service: Service, user: User) -> Subscriber:
    address = user.email.strip()
    listed = Stakeholder.objects.filter(Q(user=user) | Q(address__iexact=address), service=service)
    return Subscriber(service, address, user, listed.order_by("pk").first())


def ties_of(user: User, services: Collection[Service]) -> dict[int, list[str]]:
    """What makes the person no mere reader of each service, in words; nothing if they may leave."""
    keys = [one.pk for one in services]
    leads = Deployment.objects.open().filter(service__in=keys, lead=user).order_by()
    led = set(leads.values_list("service_id", flat=True))
    return {
        pk: [*_ties(rights), *(["lead of an open deployment"] if pk in led else [])]
        for pk, rights in rights_on(user, keys).items()
    }


def _ties(rights: Rights) -> Iterable[str]:
    named = [word for right, word in PARTS.items() if rights.has(right)]
    if rights.has(Right.TICK) and not (rights.has(Right.EDIT) or rights.has(Right.OPERATE)):
        named.append("member")
    yield from named
    for role in sorted(rights.roles):
        yield f"signing as {meant.title(role)}"
    absent = {str(one.person) for found in rights.stands_for.values() for one in found}
    for name in sorted(absent):
        yield f"standing in for {name}"


def refusal_to_leave(who: Subscriber) -> Refused | None:
    """Whoever signs or works is told; so is an address of the list that is theirs as well."""
    held = audience.bound(who.service)
    if not held.has(who.address, who.user.pk if who.user else None):
        return None
    users = User.objects.filter(pk__in=held.users, email__iexact=who.address)
    user = who.user if who.user and who.user.pk in held.users else users.first()
    return refusal_by_ties(ties_of(user, [who.service])[who.service.pk] if user else [])


def refusal_by_ties(ties: Collection[str]) -> Refused | None:
    if not ties:
        return None
    return Forbidden(
        "Whoever signs a service's releases or works on them cannot leave its messages. "
        f"Your part: {', '.join(ties)}."
    )
