"""Freezes for tests, made through the portal's own services."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from deployments import clock
from deployments.freezes import declaring
from deployments.freezes.declaring import Terms
from deployments.models import Deployment, Environment, Exemption, Freeze, Service


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


def make_exemption(deployment: Deployment, freeze: Freeze, *, by: User) -> Exemption:
    """As the row it is, whoever gave it."""
    return Exemption.objects.create(
        deployment=deployment,
        freeze=freeze,
        reason="A security fix",
        covers_from=freeze.starts_at,
        covers_to=freeze.starts_at,
        made_by=by,
        made_at=clock.now(),
        authenticated_by="password",
    )
