"""Makes what was asked for, one export at a time, and says meanwhile how far it is."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q, QuerySet

from audit import packs
from audit.enums import Exported
from audit.exports import folder
from audit.models import WHOLE, Export
from audit.population import Criteria
from deployments import clock, portal_hold

LEASE = timedelta(minutes=3)
KEPT_FOR = timedelta(days=7)
MOST_ATTEMPTS = 3
# Of a long export nobody wants to know more often.
PAUSE_SECONDS = 0.5
logger = logging.getLogger(__name__)


class Lost(Exception):
    """Somebody else has taken the export over."""


class Progress:
    """Renews the lease while it counts; a page shows the percent."""

    def __init__(self, export: Export, total: int) -> None:
        self._export, self._total, self._done = export, max(total, 1), 0
        self._told = time.monotonic()

    def __call__(self, number: int) -> None:
        self._done += number
        if time.monotonic() < self._told + PAUSE_SECONDS:
            return
        self._told = time.monotonic()
        percent = min(WHOLE - 1, self._done * WHOLE // self._total)
        until = clock.now() + LEASE
        mine = Export.objects.filter(pk=self._export.pk, claimed_until=self._export.claimed_until)
        if not mine.update(percent=percent, claimed_until=until):
            raise Lost
        self._export.claimed_until = until


def sweep() -> None:
    """Exports whose hint was lost or whose worker died; and files that were kept long enough."""
    for pk in list(_waiting().values_list("pk", flat=True)[:10]):
        make_waiting(pk)
    old = Export.objects.filter(asked_at__lt=clock.now() - KEPT_FOR)
    for export in old.filter(Q(made_at__isnull=False) | ~Q(problem="")):
        if export.file:
            (folder() / export.file).unlink(missing_ok=True)
        export.delete()


def make_waiting(export_id: int) -> None:
    until = clock.now() + LEASE
    mine = _waiting().filter(pk=export_id)
    if not mine.update(claimed_until=until, attempts=F("attempts") + 1):
        return
    export = Export.objects.select_related("deployment", "asked_by").get(pk=export_id)
    row = Export.objects.filter(pk=export_id)
    if export.attempts > MOST_ATTEMPTS:
        row.update(problem="Its worker ended three times before it was done. Ask again.")
        return
    try:
        _make(export)
    except Lost:
        logger.warning("export %s was taken over", export_id)
    except Exception as error:
        logger.exception("export %s could not be made", export_id)
        row.update(problem=f"It could not be made: {error}", claimed_until=None)


def _waiting() -> QuerySet[Export]:
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Export.objects.filter(free, ~portal_hold.on(), made_at=None, problem="")


def _make(export: Export) -> None:
    name = f"{secrets.token_hex(16)}.zip"
    place = folder() / name
    if export.what == Exported.DEPLOYMENT:
        assert export.deployment
        tell = Progress(export, 2 * export.deployment.event_count)
        packs.write_deployment(place, export.deployment.pk, by=export.asked_by, tell=tell)
    else:
        criteria = Criteria.of_data(export.criteria)
        tell = Progress(export, criteria.size)
        packs.write_sample(place, criteria, by=export.asked_by, tell=tell)
    _tell(export, place)


def _tell(export: Export, place: Path) -> None:
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    mine = Export.objects.filter(pk=export.pk, claimed_until=export.claimed_until)
    if not mine.update(
        percent=WHOLE, made_at=clock.now(), file=place.name, size=place.stat().st_size,
        sha256=digest, claimed_until=None,
    ):  # fmt: skip
        place.unlink()
        raise Lost
