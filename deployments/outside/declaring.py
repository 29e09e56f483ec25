"""Connections: declared, changed and removed by administrators, each with its event.

No event says a credential: it says that there is one, of which kind, and that it was typed anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import User
from connections import changes
from connections.credentials import Credential
from connections.enums import CredentialKind
from connections.models import Connection
from connections.sealing import Unsealable, resealed
from deployments import history
from deployments.access.changing import PORTAL
from deployments.access.policies import refusal_to_administer
from deployments.exceptions import require
from deployments.models import Event
from deployments.outside.policies import (
    refusal_of_taken_key,
    refusal_to_keep_credential,
    refusal_to_remove,
)
from deployments.outside.wording import described

ACT = "declare connections"


@dataclass(frozen=True)
class Told:
    """What an administrator says of a connection, but for its key and its credential."""

    title: str
    base_url: str
    permitted_ranges: list[str]
    authorities: str
    every_service: bool
    service_keys: list[str]
    may_be_posted_to: bool = False


@dataclass(frozen=True)
class Wanted:
    """How it is to be let in; without a `typed` one the credential stays that is there."""

    kind: CredentialKind = CredentialKind.NONE
    typed: Credential | None = None


@transaction.atomic
def declare(key: str, told: Told, wanted: Wanted, *, actor: User) -> Connection:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    require(refusal_of_taken_key(key))
    made = Connection(key=key, **asdict(told))
    require(refusal_to_keep_credential(made, None, wanted.kind, is_typed=bool(wanted.typed)))
    _put_credential(made, wanted)
    made.save()
    after = {"key": key, **described(made)}
    history.record(chain, "connection declared", actor=actor, obj=made, after=after)
    return made


@transaction.atomic
def edit(connection: Connection, told: Told, wanted: Wanted, *, actor: User) -> Event | None:
    """The same again changes nothing and is no event; the key stays, since gates name it.

    Followers lock deployments, so the portal's chain is locked after them, as everywhere.
    """
    old = Connection.objects.select_for_update().get(pk=connection.pk)
    require(refusal_to_administer(actor, ACT))
    new = Connection(pk=old.pk, key=old.key, **asdict(told))
    require(refusal_to_keep_credential(new, old, wanted.kind, is_typed=bool(wanted.typed)))
    _put_credential(new, wanted, old)
    fields = frozenset(
        field.name
        for field in Connection._meta.fields
        if getattr(old, field.name) != getattr(new, field.name)
    )
    if not fields:
        return None
    new.save(update_fields=sorted(fields))
    changes.changed(new, fields, actor.pk)
    before, after = described(old), described(new)
    if wanted.typed:
        after["credential"] += ", typed anew"
    return history.record(
        history.chain(PORTAL),
        "connection changed",
        actor=actor,
        obj=new,
        before={name: said for name, said in before.items() if after[name] != said},
        after={name: said for name, said in after.items() if before[name] != said},
    )


@transaction.atomic
def remove(connection: Connection, *, actor: User) -> None:
    chain = history.chain(PORTAL)
    require(refusal_to_administer(actor, ACT))
    found = Connection.objects.filter(pk=connection.pk).first()
    if found is None:
        return
    require(refusal_to_remove(found))
    before = {"key": found.key, **described(found)}
    history.record(chain, "connection removed", actor=actor, obj=found, before=before)
    found.delete()


@transaction.atomic
def reseal() -> tuple[int, list[Connection]]:
    """Seal every credential with the first key; how many, and those that no key opens any more."""
    kept, unreadable = 0, list[Connection]()
    for connection in Connection.objects.select_for_update().exclude(sealed_credential=""):
        try:
            connection.sealed_credential = resealed(connection.sealed_credential)
        except Unsealable:
            unreadable.append(connection)
        else:
            connection.save(update_fields=["sealed_credential"])
            kept += 1
    after = {"sealed": kept, "unreadable": [one.key for one in unreadable]}
    chain = history.chain(PORTAL)
    history.record(chain, "credentials sealed anew", actor=None, after=after)
    return kept, unreadable


def _put_credential(new: Connection, wanted: Wanted, old: Connection | None = None) -> None:
    new.credential_kind = wanted.kind
    if wanted.kind == CredentialKind.NONE:
        new.sealed_credential = ""
    elif wanted.typed:
        new.sealed_credential = wanted.typed.sealed_for(new.origin)
    elif old:
        new.sealed_credential = old.sealed_credential
