"""When the sweeps last came by: without them nothing leaves, and nobody would say so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from deployments import clock
from deployments.models import Tick

MAIL = "messages.sweep"
SWEEP = ".sweep"
# Often enough to say that mail is late, seldom enough to cost nothing.
EVERY = timedelta(seconds=5)


def note(name: str, *, waiting_since: datetime | None) -> None:
    """The sweep ran, and this is how long its oldest had been waiting by then."""
    now = clock.now()
    changed = Q(at__lt=now - EVERY) | ~Q(waiting_since=waiting_since)
    _keep(name, changed, {"at": now, "waiting_since": waiting_since}, now)


def succeeded(sender: Any, **_kwargs: Any) -> None:
    """Celery's signal after every task that ended well; a sweep that fails leaves no tick."""
    if sender.name.endswith(SWEEP):
        now = clock.now()
        _keep(sender.name, Q(at__lt=now - EVERY), {"at": now}, now)


def _keep(name: str, changed: Q, values: dict[str, datetime | None], now: datetime) -> None:
    if Tick.objects.filter(changed, name=name).update(**values):
        return
    if not Tick.objects.filter(name=name).exists():
        first = Tick(name=name, **{"at": now, **values})
        Tick.objects.bulk_create([first], ignore_conflicts=True)
