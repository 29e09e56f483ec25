"""Freezes for tests, made through the portal's own services."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from deployments import clock
from deployments.freezes import declaring
from deployments.freezes.declaring import Terms
from deployments.models import Environment, Freeze, Service


def make_freeze(
    service: Service | None,
    *,
    by: User,
    environment: Environment | None = None,
    starts_in: timedelta = timedelta(hours=-1),
    lasts: timedelta = timedelta(days=1),
    zone: str = "UTC",
    rule: str = "",
    reason: str = "Christmas trade",
) -> Freeze:
    """One that holds now and for a day, unless told otherwise."""
    starts_at = clock.now() + starts_in
    terms = Terms(service, environment, starts_at, starts_at + lasts, zone, rule, reason)
    return declaring.declare(terms, actor=by)
