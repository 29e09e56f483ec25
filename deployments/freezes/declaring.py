"""Freezes: declared, changed and ended, each with its event on the chain of what it holds for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from deployments import clock, hints, history
from deployments.access.changing import PORTAL
from deployments.canonical import digest
from deployments.exceptions import Overtaken, require
from deployments.freezes.policies import (
    refusal_of_reason,
    refusal_of_series,
    refusal_to_change,
    refusal_to_freeze,
)
from deployments.freezes.recurrence import Series
from deployments.freezes.rules import tidied
from deployments.freezes.stops import could_stop, stopped_by
from deployments.models import Chain, Deployment, Environment, Event, Freeze, Service

WHY = "nothing may be deployed then"


@dataclass(frozen=True)
class Terms:
    """What is said of a freeze; the service it is about stays, since it is who may change it."""

    service: Service | None
    environment: Environment | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    rule: str
    reason: str

    @classmethod
    def of(cls, freeze: Freeze) -> Terms:
        return cls(**{name: getattr(freeze, name) for name in cls.__dataclass_fields__})

    def freeze(self) -> Freeze:
        """As it would be stored: times to the minute, the rule in its one way of writing."""
        return Freeze(
            service=self.service,
            environment=self.environment,
            starts_at=self.starts_at.replace(second=0, microsecond=0),
            ends_at=self.ends_at.replace(second=0, microsecond=0),
            zone=self.zone,
            rule=tidied(self.rule),
            reason=self.reason.strip(),
        )

    def plain(self) -> dict[str, Any]:
        return {
            "service": self.service.key if self.service else None,
            "environment": self.environment.key if self.environment else None,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "zone": self.zone,
            "rule": self.rule,
            "reason": self.reason,
        }

    @property
    def fingerprint(self) -> str:
        return digest(self.plain())


@transaction.atomic
def declare(terms: Terms, *, actor: User) -> Freeze:
    """From now on readiness counts it; what it stops is told to every open page."""
    chain = _chain(terms.service)
    require(refusal_to_freeze(actor, terms.service))
    made = _judged(terms)
    made.made_by, made.made_at = actor, clock.now()
    made.save(force_insert=True)
    after = Terms.of(made).plain()
    history.record(chain, "freeze made", actor=actor, obj=made, after=after, at=made.made_at)
    _tell(made)
    return made


@transaction.atomic
def edit(freeze_id: int, terms: Terms, *, actor: User, shown: str = "") -> Event | None:
    """The same again changes nothing and is no event; whoever was slower is told who was faster."""
    chain = _chain(Freeze.objects.select_related("service").get(pk=freeze_id).service)
    old = Freeze.objects.with_names().get(pk=freeze_id)
    require(refusal_to_change(actor, old))
    was = Terms.of(old)
    new = _judged(replace(terms, service=old.service), old.series)
    now = Terms.of(new).plain()
    changed = [name for name, value in was.plain().items() if value != now[name]]
    if not changed:
        return None
    if shown and shown != was.fingerprint:
        raise Overtaken("Somebody changed this freeze meanwhile; nothing of yours is saved.")
    new.pk = old.pk
    new.save(update_fields=changed)
    _tell(old)
    _tell(new)
    return history.record(
        chain,
        "freeze changed",
        actor=actor,
        obj=new,
        before={name: was.plain()[name] for name in changed},
        after={name: now[name] for name in changed},
    )


@transaction.atomic
def end(freeze_id: int, *, actor: User, reason: str) -> Event:
    """It holds no longer and stays in the list with who ended it."""
    chain = _chain(Freeze.objects.select_related("service").get(pk=freeze_id).service)
    freeze = Freeze.objects.with_names().get(pk=freeze_id)
    require(refusal_to_change(actor, freeze))
    require(refusal_of_reason(reason, "it ends"))
    freeze.ended_by, freeze.ended_at = actor, clock.now()
    freeze.save(update_fields=["ended_by", "ended_at"])
    _tell(freeze)
    said = reason.strip()
    return history.record(
        chain, "freeze ended", actor=actor, obj=freeze, reason=said, at=freeze.ended_at
    )


def stopped_for(freeze: Freeze, user: User) -> list[Deployment]:
    """What it stops or would stop, as far as the person sees it."""
    seen = could_stop(freeze).visible_to(user)
    return stopped_by(freeze, seen)


def _judged(terms: Terms, was: Series | None = None) -> Freeze:
    made = terms.freeze()
    require(refusal_of_reason(made.reason, WHY))
    require(refusal_of_series(made.series, clock.now(), was))
    return made


def _chain(service: Service | None) -> Chain:
    return history.chain(f"service:{service.key}" if service else PORTAL)


def _tell(freeze: Freeze) -> None:
    for deployment in stopped_by(freeze, could_stop(freeze)):
        hints.changed(deployment.pk)
