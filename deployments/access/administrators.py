"""Who owns accounts, connections and roles of the whole portal; an administrator says it."""

from __future__ import annotations

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL
from deployments.access.granting import tell_open_pages
from deployments.access.people import refusal_of_link
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import Overtaken, Refused, require
from deployments.models import Event, Service
from deployments.policies import refusal_by_proof

ACT = "say who administers it"


@transaction.atomic
def change(person: User, *, to: bool, actor: User, proof: Authentication | None) -> Event:
    """Appoint or dismiss. Nobody dismisses themselves, and so nobody the last."""
    chain = history.chain(PORTAL)
    standing = User.objects.get(pk=actor.pk)  # under the lock: of two who dismiss each other
    require(refusal_to_administer(standing, ACT) or refusal_by_proof(proof))
    require(refusal_to_change(person, actor) or refusal_of_same(person, to=to))
    before = {"is_superuser": person.is_superuser}
    person.is_superuser = person.is_staff = to
    person.save(update_fields=["is_superuser", "is_staff"])
    tell_open_pages(set(Service.objects.values_list("pk", flat=True)))
    verb = "administrator appointed" if to else "administrator dismissed"
    after = {"is_superuser": to}
    return history.record(chain, verb, actor=actor, obj=person, before=before, after=after)


def refusal_to_change(person: User, actor: User) -> Refused | None:
    if person.pk == actor.pk:
        return Refused("You cannot take it from yourself; another administrator can.")
    return refusal_of_link(person)


def refusal_of_same(person: User, *, to: bool) -> Refused | None:
    if User.objects.get(pk=person.pk).is_superuser != to:
        return None
    return Overtaken(f"{person} is {'an' if to else 'no'} administrator already.")
