"""Does the asking: claims a metric that is due, asks outside any transaction, hands it in."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from deployments import clock
from deployments.conditions import measured
from gates.measurement import Measurement, unmeasured
from gates.readings import read_now
from monitoring.enums import Outcome
from monitoring.models import Series
from monitoring.services.readings import keep

# Longer than any source may take to answer.
LEASE = timedelta(seconds=90)
logger = logging.getLogger(__name__)


def sample(series_id: int) -> bool:
    """Ask once, if it is due and no other worker asks; False if there was nothing to do."""
    now, token = clock.now(), uuid.uuid4()
    due = Series.objects.due(now).filter(pk=series_id)
    if not due.update(token=token, lease_until=now + LEASE):
        return False
    series = Series.objects.select_related("metric__service").get(pk=series_id)
    found = _asked(series)
    value = measured(found.value) if found.outcome == "good" else None
    outcome = Outcome.GOOD if value is not None else _outcome(found)
    reason = "" if value is not None else found.reason
    return keep(series_id, token, value=value, outcome=outcome, reason=reason)


def _asked(series: Series) -> Measurement:
    if series.metric is None:
        return unmeasured("The metric was removed from the service.")
    if series.metric.unit != series.unit:
        return unmeasured(f"The metric's unit was changed; this watch began in “{series.unit}”.")
    return read_now(series.metric)


def _outcome(found: Measurement) -> Outcome:
    return Outcome.NO_DATA if found.outcome == "no_data" else Outcome.ERROR
