"""What no hint may be trusted with: readings, silence, deadlines, countdowns, the watch's end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import F, Q

from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from deployments.waking import wake
from monitoring.models import Alert, Question, Series, Target, Watch
from monitoring.services.asking import run_out
from monitoring.services.targets import judge_due
from monitoring.services.watching import end_watch, open_watch
from monitoring.services.weighing import is_silent, weigh_silent

BATCH = 500
# A worker that was told of a metric and has not taken it is told again after this.
PATIENCE = timedelta(seconds=15)
logger = logging.getLogger(__name__)


def sweep() -> None:
    now = clock.now()
    watching = Deployment.objects.filter(state=State.WATCHING)
    _each(open_watch, watching.filter(watch__opened_at__isnull=True).values_list("pk", flat=True))
    wake_due(now)
    _each(weigh_silent, _silent(now))
    _each(run_out, Question.objects.overdue(now).values_list("deployment", flat=True))
    due = Target.objects.filter(verdict="", due_at__lte=now, deployment__in=watching)
    _each(judge_due, due.values_list("deployment", flat=True))
    over = Watch.objects.filter(ended_at__isnull=True, ends_at__lte=now, deployment__in=watching)
    _each(end_watch, over.values_list("deployment", flat=True))


def wake_due(now: datetime) -> int:
    """Tell a worker of every metric that is due, asked by nobody, and not just told of."""
    untold = (
        Q(hinted_at__isnull=True) | Q(hinted_at__lt=F("next_at")) | Q(hinted_at__lt=now - PATIENCE)
    )
    due = Series.objects.due(now).filter(untold).order_by("next_at")
    return wake(due, "monitoring.sample", now)


def _silent(now: datetime) -> Iterable[int]:
    """Deployments with a metric that gives no value for too long, of which nothing is told yet.

    What is asked tells it by its own failed readings; what is pushed comes to light here.
    """
    told = Alert.objects.open().values("series")
    quiet = Series.objects.filter(watch__deployment__state=State.WATCHING).exclude(pk__in=told)
    opened = quiet.filter(watch__opened_at__isnull=False).select_related("watch", "metric")
    return {one.watch.deployment_id for one in opened if is_silent(one.watch, one, now)}


def _each(act: Callable[[int], object], ids: Iterable[int]) -> None:
    """One that cannot be done must not keep the watches of all others from going on."""
    for pk in sorted(set(ids))[:BATCH]:
        try:
            act(pk)
        except (OperationalError, InterfaceError):
            raise  # the database is gone for all of them alike
        except Exception:
            logger.exception("the watch of deployment %s could not go on", pk)
