"""Saving what differs of a row that belongs to no deployment, with its event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from accounts.models import User
from deployments import history
from deployments.models import Chain, Event

PORTAL = "portal"


def save_changes(
    chain: Chain, row: models.Model, verb: str, now: Mapping[str, Any], actor: User | None
) -> Event | None:
    """The same again changes nothing and is no event; the caller holds the chain's lock."""
    manager = row._meta.default_manager
    assert manager is not None
    fresh = manager.get(pk=row.pk)
    before = {name: getattr(fresh, name) for name in now if now[name] != getattr(fresh, name)}
    if not before:
        return None
    after = {name: now[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    return history.record(chain, verb, actor=actor, obj=row, before=before, after=after)
