"""The stakeholder list of a service: who is added, changed and taken out, each in its history."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import User
from communications.models import OptOut, Stakeholder
from communications.models.stakeholders import LANGUAGE
from communications.subscriptions import policies
from deployments.access.changing import save_changes
from deployments.access.teams import lock_services
from deployments.exceptions import Overtaken, require
from deployments.history import record
from deployments.models import Chain, Event, Service
from deployments.policies import rights_of


@dataclass(frozen=True)
class Entry:
    """What a release manager says of one stakeholder."""

    name: str
    address: str
    language: str = LANGUAGE
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


@transaction.atomic
def add(service: Service, entries: Sequence[Entry], *, actor: User) -> list[Stakeholder]:
    """All of them in one act, or none; an address that left before is added and stays untold."""
    [chain] = lock_services({service.pk})
    require(policies.refusal_to_list(rights_of(actor, service)))
    require(policies.refusal_of_number(len(entries)))
    for entry in entries:
        require(policies.refusal_of_entry(entry.name, entry.address, entry.language, entry.zone))
    require(policies.refusal_of_doubles(service, [entry.address for entry in entries]))
    keys = _keys_of(service, [entry.address for entry in entries])
    rows = Stakeholder.objects.bulk_create(
        Stakeholder(service=service, key=key, **asdict(entry))
        for entry, key in zip(entries, keys, strict=True)
    )
    _note_added(chain, service, rows, actor)
    return rows


def _keys_of(service: Service, addresses: Sequence[str]) -> list[uuid.UUID]:
    """The key in each one's links: that of before for who left, unless another entry has it."""
    rows = OptOut.objects.filter(service=service, key__isnull=False).order_by("pk")
    found = rows.values_list("address", "key")
    left = {address.lower(): key for address, key in found if key is not None}
    taken = set(Stakeholder.objects.filter(key__in=left.values()).values_list("key", flat=True))
    keys = list[uuid.UUID]()
    for address in addresses:
        key = left.get(address.lower())
        keys.append(uuid.uuid4() if key is None or key in taken else key)
        taken.add(keys[-1])
    return keys


def _note_added(chain: Chain, service: Service, rows: Sequence[Stakeholder], actor: User) -> None:
    """One act is one event, however many lines were pasted."""
    if len(rows) == 1:
        record(chain, "stakeholder added", actor=actor, obj=rows[0], after=said_of(rows[0]))
        return
    after = {"stakeholders": [str(row) for row in rows]}
    record(chain, "stakeholders added", actor=actor, obj=service, after=after)


@transaction.atomic
def edit(stakeholder: Stakeholder, entry: Entry, *, actor: User) -> Event | None:
    """The same again is no event; another address is another reader, with links of their own."""
    [chain] = lock_services({stakeholder.service_id})
    row = _present(stakeholder)
    require(policies.refusal_to_list(rights_of(actor, row.service)))
    require(policies.refusal_of_entry(entry.name, entry.address, entry.language, entry.zone))
    require(policies.refusal_of_doubles(row.service, [entry.address], besides=row))
    if entry.address.lower() != row.address.lower():
        [key] = _keys_of(row.service, [entry.address])
        Stakeholder.objects.filter(pk=row.pk).update(key=key, user=None)
    return save_changes(chain, row, "stakeholder changed", asdict(entry), actor)


@transaction.atomic
def take_out(stakeholder: Stakeholder, *, actor: User) -> Event:
    """Nothing new is told; what they were told already is still corrected."""
    [chain] = lock_services({stakeholder.service_id})
    row = _present(stakeholder)
    require(policies.refusal_to_list(rights_of(actor, row.service)))
    event = record(chain, "stakeholder taken out", actor=actor, obj=row, before=said_of(row))
    row.delete()
    return event


def said_of(row: Stakeholder) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in ("name", "address", "language", "zone")}


def _present(stakeholder: Stakeholder) -> Stakeholder:
    row = Stakeholder.objects.select_related("service").filter(pk=stakeholder.pk).first()
    if row is None:
        raise Overtaken(f"{stakeholder.name} was taken off the list meanwhile.")
    return row
