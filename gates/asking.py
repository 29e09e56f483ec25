"""Reported gates whose answer will not hold until T0; only their reporter can mend that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from deployments.enums import State
from gates.enums import GREEN, GateState
from gates.models import Gate, GateQuerySet, GateRun, ReportRequest

ASKED_BEFORE_T0 = timedelta(hours=4)
# Where a start may come of it; a draft or what is on hold asks nobody.
MAY_START = frozenset({State.IN_REVIEW, State.GO})


def outdated_at_t0() -> GateQuerySet:
    """Stale already or from before T0 on, answered by no worker, and no report being read."""
    outdated = Q(state=GateState.STALE) | Q(
        state__in=sorted(GREEN), stale_at__lte=F("deployment__t0")
    )
    being_read = GateRun.objects.live().filter(gate=OuterRef("pk"))
    return Gate.objects.reported().filter(
        ~Exists(being_read), outdated, deployment__state__in=sorted(MAY_START)
    )


def due(now: datetime) -> GateQuerySet:
    """Those to be asked for now: from 4 h before T0, once for each time that was planned."""
    asked = ReportRequest.objects.filter(
        gate=OuterRef("pk"), schedule_revision=OuterRef("deployment__schedule_revision")
    )
    near = Q(deployment__t0__gt=now, deployment__t0__lte=now + ASKED_BEFORE_T0)
    return outdated_at_t0().filter(near, ~Exists(asked))
