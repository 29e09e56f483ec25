"""Somebody who owns the database: what the portal's own role and the triggers would refuse."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from deployments.history import fingerprint
from deployments.models import Deployment, Event

GUARDED = (
    "deployments_event", "audit_checkpoint", "audit_checkpointhead", "approvals_decision",
    "approvals_vote",
)  # fmt: skip


def as_owner(environment: dict[str, str], *statements: str) -> None:
    with psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in GUARDED:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(
            "ALTER TABLE deployments_event DROP CONSTRAINT IF EXISTS one_event_per_place_in_chain"
        )
        owner.execute("DELETE FROM deployments_outbox")
        for statement in statements:
            owner.execute(statement)


def rewritten(deployment: Deployment, reason: str, without: Sequence[str] = ()) -> list[str]:
    """Statements that give every event another reason, with all hashes as they then have to be,
    and take these facts out of what came after."""
    statements, before = [], ""
    kept = "".join(["after", *(f" - '{name}'" for name in without)])
    for event in Event.objects.filter(chain=deployment.chain_key).order_by("sequence"):
        event.reason, event.previous_hash = reason, before
        for name in without:
            event.after.pop(name, None)
        before = fingerprint(event)
        statements.append(
            f"UPDATE deployments_event SET reason = '{reason}', hash = '{before}', "
            f"previous_hash = '{event.previous_hash}', after = {kept} WHERE id = {event.pk}"
        )
    head = f"UPDATE deployments_deployment SET event_head = '{before}' WHERE id = {deployment.pk}"
    return [*statements, head]


def without_tail(deployment: Deployment, kept: int) -> list[str]:
    """The last events gone, and the head that counted them set back."""
    last = Event.objects.get(chain=deployment.chain_key, sequence=kept)
    return [
        f"DELETE FROM deployments_event WHERE chain = '{deployment.chain_key}' "
        f"AND sequence > {kept}",
        f"UPDATE deployments_deployment SET event_count = {kept}, event_head = '{last.hash}' "
        f"WHERE id = {deployment.pk}",
    ]
