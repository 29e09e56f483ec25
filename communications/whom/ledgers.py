"""The promise ledger: what every reader was last told, and whether that is so now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from communications.enums import Kind, MessageState
from communications.models import BouncingAddress, Delivery
from communications.whom import audience, readers, told
from communications.whom.told import Copy
from deployments.models import Deployment

MOST_ROWS = 200


@dataclass(frozen=True)
class Promise:
    """One reader: the last thing they were told, and what is owed to them."""

    name: str
    address: str
    last: Copy | None
    title: str
    is_true: bool
    is_owed: bool
    correction_at: datetime | None = None
    bounces_since: datetime | None = None

    @property
    def state(self) -> str:
        """The word that the `status` tag knows."""
        if self.bounces_since:
            return "bounced"
        if self.last is None:
            return "pending"
        if self.is_true:
            return "sent"
        return "scheduled" if self.is_owed else "failed"

    @property
    def words(self) -> str:
        if self.bounces_since:
            return "Bounces"
        if self.last is None:
            return "Not told yet"
        if self.is_true:
            return "Still true"
        return "Is being corrected" if self.is_owed else "Knows it otherwise"


@dataclass(frozen=True)
class Ledger:
    promises: list[Promise]
    untrue: int
    hidden: int


def ledger_of(deployment: Deployment, bounced: Iterable[BouncingAddress] = ()) -> Ledger:
    """Everybody of today's audience and whoever was told before, the untrue ones first.

    `bounced` are the addresses among theirs that take no mail.
    """
    since = {row.address: row.since for row in bounced}
    deliveries = readers.live_deliveries(deployment)
    copies = [readers.copy_of(one) for one in deliveries]
    last = told.last_told(copies)
    correction = deployment.messages.filter(
        kind=Kind.CORRECTION,
        schedule_revision=deployment.schedule_revision,
        state=MessageState.PLANNED,
    ).first()
    coming = set(told.to_correct(copies, deployment.schedule_revision, deployment.t0))
    owed = told.readers(
        one for one in copies if not one.told and one.revision == deployment.schedule_revision
    ) | (coming if correction else set())
    promises = [
        Promise(
            name=name,
            address=address,
            last=last.get(reader),
            title=told.said(last[reader]) if reader in last else "",
            is_true=reader in last and told.is_true(last[reader], deployment.t0, deployment.state),
            is_owed=reader in owed,
            correction_at=correction.due_at if correction and reader in coming else None,
            bounces_since=since.get(reader),
        )
        for reader, (name, address) in _people(deployment, deliveries).items()
    ]
    promises.sort(key=_urgency)
    untrue = sum(one.last is not None and not one.is_true for one in promises)
    return Ledger(promises[:MOST_ROWS], untrue, max(len(promises) - MOST_ROWS, 0))


def _urgency(one: Promise) -> tuple[bool, bool, str, str]:
    """Whoever knows it otherwise or is not reached stands first."""
    is_well = one.last is None or one.is_true
    return one.bounces_since is None and is_well, is_well, one.name, one.address


def _people(deployment: Deployment, deliveries: list[Delivery]) -> dict[str, tuple[str, str]]:
    before = {one.address.lower(): (one.name, one.address) for one in deliveries}
    today = audience.recipients(deployment.service)
    return before | {one.address.lower(): (one.name, one.address) for one in today}
