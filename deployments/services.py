"""The verbs that need no other app: create, schedule, move, cancel; those of access/ as well."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from deployments import changes, clock, content, history, policies
from deployments.access.granting import grant, grant_role
from deployments.access.places import create_service
from deployments.authors import refusal_of_authors
from deployments.enums import State
from deployments.exceptions import Invalid, Overtaken, require
from deployments.facts import Facts
from deployments.leads import refusal_of_lead
from deployments.models import Deployment, Environment, Event, Service
from deployments.successors import refusal_of_successor

__all__ = [
    "cancel",
    "create_deployment",
    "create_service",
    "edit_facts",
    "grant",
    "grant_role",
    "move",
    "schedule",
]


@transaction.atomic
def create_deployment(
    service: Service,
    environment: Environment,
    *,
    package: str,
    requester: User,
    branch: str = "",
    commit: str = "",
    digest: str = "",
    zone: str = "UTC",
    copy_of: Deployment | None = None,
) -> Deployment:
    """A draft without definitions and without T0; `content.refresh` follows once it is filled."""
    deployment = Deployment.objects.create(
        service=service,
        environment=environment,
        package=package,
        branch=branch,
        commit=commit,
        digest=digest,
        zone=zone,
        requester=requester,
        lead=requester,
        created_at=clock.now(),
    )
    deployment.schedule_hash = content.schedule_hash(deployment)
    deployment.save(update_fields=["schedule_hash"])
    origin = {"copy_of": copy_of.pk} if copy_of else {}
    after = {"state": State.DRAFT.value, **origin}
    history.record(deployment, "created", actor=requester, after=after)
    return deployment


@transaction.atomic
def edit_facts(deployment_id: int, facts: Facts, *, actor: User, shown: str) -> Event | None:
    """Change what is shipped or who leads it; the same facts again change nothing.

    `shown` is the fingerprint of the facts that the person saw; if they moved, it says by whom.
    """
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_edit(policies.rights_of(actor, deployment.service), deployment))
    before = Facts.of(deployment)
    if facts == before:
        return None
    if shown != before.fingerprint:
        editor = _last_actor(deployment, "facts changed")
        raise Overtaken(f"{editor} changed the facts; nothing of yours is saved.")
    if not facts.package.strip():
        raise Invalid("Name the package; it says what is shipped.")
    if facts.lead != before.lead:
        require(refusal_of_lead(facts.lead, deployment.service))
    require(refusal_of_authors(facts.authors - before.authors, deployment.service))
    was, now = before.plain(), facts.plain()
    changed = [name for name in now if now[name] != was[name]]
    _write(deployment, facts, changed)
    content.refresh(deployment, actor)
    event = history.record(
        deployment,
        "facts changed",
        actor=actor,
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )
    changes.facts_changed(deployment, before, facts, actor)
    return event


def _write(deployment: Deployment, facts: Facts, changed: Collection[str]) -> None:
    columns = [name for name in changed if name != "authors"]
    for name in columns:
        setattr(deployment, name, getattr(facts, name))
    deployment.save(update_fields=columns)
    if "authors" in changed:
        deployment.authors.set(facts.authors)
        deployment.author_ids = [one.pk for one in facts.authors]


def _last_actor(deployment: Deployment, *verbs: str) -> str:
    acts = deployment.events.filter(verb__in=verbs).order_by("-sequence")
    return acts.values_list("actor_name", flat=True).first() or "Somebody"


@transaction.atomic
def schedule(
    deployment_id: int,
    t0: datetime,
    *,
    actor: User,
    zone: str | None = None,
    window_end: datetime | None = None,
    shown: str | None = None,
) -> Event | None:
    """Set or move T0; saving the same time changes nothing and is no event.

    Without an end the window keeps its length. `shown` is the hash of the time that the person
    saw; if it moved meanwhile, the refusal says who moved it.
    """
    deployment = Deployment.objects.lock(deployment_id)
    rights = policies.rights_of(actor, deployment.service)
    require(policies.refusal_to_schedule(rights, deployment))
    if t0 != deployment.t0:
        require(policies.refusal_of_time(t0, clock.now()))
    return move_t0(deployment, t0, actor=actor, zone=zone, window_end=window_end, shown=shown)


def move_t0(
    deployment: Deployment,
    t0: datetime,
    *,
    actor: User,
    zone: str | None = None,
    window_end: datetime | None = None,
    shown: str | None = None,
) -> Event | None:
    """Write the time as `schedule` does; the caller holds the lock and has asked its own policy."""
    before, saw = _time_of(deployment), deployment.schedule_hash
    deployment.window_end = window_end or t0 + deployment.window_length
    deployment.t0, deployment.zone = t0, zone or deployment.zone
    deployment.schedule_hash = content.schedule_hash(deployment)
    if deployment.schedule_hash == saw:
        return None
    if shown is not None and shown != saw:
        mover = _last_actor(deployment, "scheduled", "rescheduled")
        raise Overtaken(f"{mover} set another time meanwhile; nothing of yours is saved.")
    require(policies.refusal_of_window(t0, deployment.window_end))
    deployment.schedule_revision += 1
    deployment.save(
        update_fields=["t0", "zone", "window_end", "schedule_hash", "schedule_revision"]
    )
    verb = "rescheduled" if before["t0"] else "scheduled"
    return history.record(deployment, verb, actor=actor, before=before, after=_time_of(deployment))


def _time_of(deployment: Deployment) -> dict[str, str | None]:
    t0, end = deployment.t0, deployment.window_end
    return {
        "t0": t0.isoformat() if t0 else None,
        "window_end": end.isoformat() if end else None,
        "zone": deployment.zone,
    }


def move(
    deployment: Deployment,
    to: State,
    verb: str,
    *,
    actor: User | None,
    reason: str = "",
    at: datetime | None = None,
    also: Mapping[str, Any] | None = None,
) -> Event:
    """The only place that assigns a state: checks the table, sets it, records it.

    The caller holds the lock and has asked its own policy; `also` stands in the event beside the
    new state.
    """
    require(policies.refusal_to_move(deployment, to))
    before = deployment.state
    deployment.state = to
    deployment.save(update_fields=["state"])
    return history.record(
        deployment,
        verb,
        actor=actor,
        before={"state": str(before)},
        after={"state": to.value, **(also or {})},
        reason=reason,
        at=at,
    )


@transaction.atomic
def cancel(
    deployment_id: int, *, actor: User, reason: str, successor_id: int | None = None
) -> Event:
    """End a deployment that has not started; another one may be named that takes its place.

    Both are locked, the older one first, so that two that name each other never wait in a circle.
    """
    locked = {
        pk: Deployment.objects.lock(pk) for pk in sorted({deployment_id, successor_id or 0} - {0})
    }
    deployment = locked[deployment_id]
    require(policies.refusal_to_cancel(policies.rights_of(actor, deployment.service), deployment))
    if not reason.strip():
        raise Invalid("Say why it is cancelled; those who were told of it will read it.")
    if successor_id is None:
        return move(deployment, State.CANCELLED, "cancelled", actor=actor, reason=reason)
    successor = locked[successor_id]
    require(refusal_of_successor(deployment, successor))
    cancelled = move(
        deployment,
        State.CANCELLED,
        "cancelled",
        actor=actor,
        reason=reason,
        also={"successor": successor.pk},
    )
    deployment.successor = successor
    deployment.save(update_fields=["successor"])
    history.record(successor, "takes the place of", actor=actor, obj=deployment, at=cancelled.at)
    return cancelled
