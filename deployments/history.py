"""The append-only record: one event per change of state, chained by hashes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models

from accounts.models import User
from deployments import clock, hints, provenance
from deployments.appending import append
from deployments.canonical import digest
from deployments.models import Chain, Deployment, Event
from deployments.subscriptions import receivers_of

HASHED_FIELDS = (
    "chain", "sequence", "deployment_id", "actor_id", "actor_name", "on_behalf_of_id", "means",
    "address", "verb", "object_kind", "object_id", "object_text", "before", "after", "reason",
    "previous_hash",
)  # fmt: skip
VERSION = "SELECT event_count, portal_now() FROM deployments_deployment WHERE id = %s"


def version_of(deployment_id: int) -> tuple[int, datetime]:
    """How many events there are now, and when now is: asked beside every mail, so in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION, [deployment_id])
        version: int
        at: datetime
        version, at = cursor.fetchone()
    return version, at


def record(
    subject: Deployment | Chain,
    verb: str,
    *,
    actor: User | None,
    obj: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: User | None = None,
    at: datetime | None = None,
) -> Event:
    """Append one event to the subject's chain; the caller holds the subject's row lock.

    Numbers in `before` and `after` other than whole ones are given as text. `actor` None is the
    portal itself. A stale subject collides on the chain's unique sequence and nothing is saved.
    """
    source = provenance.current()
    thing = obj if obj is not None else subject
    event = Event(
        chain=subject.chain_key,
        sequence=subject.event_count + 1,
        at=at or clock.now(),
        deployment=subject if isinstance(subject, Deployment) else None,
        actor=actor,
        actor_name=str(actor) if actor else "Deploy Portal",
        on_behalf_of=on_behalf_of,
        means=source.means,
        address=source.address,
        verb=verb,
        object_kind=thing._meta.model_name or "",
        object_id=str(thing.pk),
        object_text=str(thing),
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
        previous_hash=subject.event_head,
    )
    event.hash = fingerprint(event)
    is_awaited = bool(receivers_of(verb))
    append(event, subject, is_awaited=is_awaited)
    _tell(event, is_awaited=is_awaited)
    return event


def fingerprint(event: Event) -> str:
    """The hash that binds an event to everything it says and to the event before it."""
    facts = {name: getattr(event, name) for name in HASHED_FIELDS}
    facts["at"] = event.at.isoformat(timespec="microseconds")
    return digest(facts)


def chain(key: str) -> Chain:
    """The locked head of a chain that belongs to no deployment (`portal` or `service:<key>`)."""
    Chain.objects.get_or_create(key=key)
    return Chain.objects.select_for_update().get(key=key)


def _tell(event: Event, *, is_awaited: bool) -> None:
    if is_awaited:
        hints.hint("deployments.deliver_event", event.pk)
    if event.deployment_id:
        hints.changed(event.deployment_id)
