"""Histories as long and as many as years make them, with hashes that hold."""

from __future__ import annotations

from datetime import timedelta

from deployments import clock
from deployments.history import fingerprint
from deployments.models import ContentVersion, Deployment, Event
from tests.builders import Team, make_deployment

BATCH = 2000


def make_many(team: Team, number: int) -> list[int]:
    """Copies of one real deployment, each with a version and a chain of its own; their numbers."""
    first = make_deployment(team)
    version = first.content_version
    assert version
    facts = {
        name: getattr(first, name)
        for name in ("service", "environment", "package", "zone", "requester", "lead", "state",
                     "t0", "window_end", "created_at", "schedule_hash")
    }  # fmt: skip
    copies = Deployment.objects.bulk_create(
        (Deployment(**facts) for _ in range(number - 1)), batch_size=BATCH
    )
    versions = ContentVersion.objects.bulk_create(
        (
            ContentVersion(deployment=one, number=1, hash=version.hash, content=version.content,
                           author=version.author, created_at=version.created_at)
            for one in copies
        ),
        batch_size=BATCH,
    )  # fmt: skip
    events = [event for one in copies for event in _chain(one, list(first.events.all()))]
    Event.objects.bulk_create(events, batch_size=BATCH)
    for one, own in zip(copies, versions, strict=True):
        one.content_version = own
    heads = ["content_version", "event_count", "event_head"]
    Deployment.objects.bulk_update(copies, heads, batch_size=BATCH)
    return [first.pk, *(one.pk for one in copies)]


def _chain(deployment: Deployment, like: list[Event]) -> list[Event]:
    return [_next(deployment, one.verb, one) for one in like]


def _next(deployment: Deployment, verb: str, like: Event) -> Event:
    event = Event(
        chain=deployment.chain_key, sequence=deployment.event_count + 1, at=like.at,
        deployment=deployment, actor=like.actor, actor_name=like.actor_name, means=like.means,
        verb=verb, object_kind=like.object_kind, object_id=str(deployment.pk),
        object_text=like.object_text, after=like.after, previous_hash=deployment.event_head,
    )  # fmt: skip
    event.hash = fingerprint(event)
    deployment.event_count, deployment.event_head = event.sequence, event.hash
    return event


def make_long(deployment: Deployment, number: int) -> None:
    """So many more events on the chain of a deployment."""
    like = deployment.events.earliest("sequence")
    like.at = clock.now() - timedelta(minutes=1)
    for begin in range(0, number, BATCH):
        more = min(BATCH, number - begin)
        Event.objects.bulk_create(_next(deployment, "item done", like) for _ in range(more))
    deployment.save(update_fields=["event_count", "event_head"])
