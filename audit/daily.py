"""Verifies everything once a day, so that a change is known without anybody asking."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection

from audit.models import Check
from audit.verification import verify
from deployments import clock

EVERY = timedelta(days=1)
KEPT_FAULTS, KEPT_CHECKS = 100, 100
LOCK = 0x6461696C79
logger = logging.getLogger(__name__)


def verify_if_due() -> Check | None:
    """What was found, if the last time is a day ago and nobody else is just at it."""
    last = Check.objects.first()
    if last is not None and clock.now() < last.at + EVERY:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            return None
        try:
            return verify_now()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def verify_now() -> Check:
    result = verify()
    for fault in result.faults[:KEPT_FAULTS]:
        logger.error("history: %s: %s", fault.place, fault.sentence)
    check = Check.objects.create(
        at=clock.now(),
        events=result.events,
        chains=result.chains,
        checkpoints=result.checkpoints,
        fault_count=len(result.faults),
        faults=[f"{one.place}: {one.sentence}" for one in result.faults[:KEPT_FAULTS]],
    )
    old = Check.objects.values_list("pk", flat=True)[KEPT_CHECKS:]
    Check.objects.filter(pk__in=list(old)).delete()
    return check
