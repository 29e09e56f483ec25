"""One alert for one incident of a metric: raised, made worse, acknowledged, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from deployments import clock, history
from deployments.exceptions import require
from deployments.fitting import cut
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from monitoring import policies
from monitoring.enums import Severity
from monitoring.models import DEFAULT_COUNTDOWN, Alert, Series, Watch
from monitoring.services import asking

# One that comes back within so many paces of its end is the same incident, and nobody is mailed.
QUIET_PACES = 15


@dataclass(frozen=True)
class Found:
    """What is wrong with a metric now."""

    severity: Severity
    said: str
    is_silence: bool = False


def settle(
    deployment: Deployment, watch: Watch, series: Series, found: Found | None, now: datetime
) -> None:
    """Bring the metric's alert to what was found; the caller holds the lock.

    No value and a bad value are two incidents: who was told of one has not heard of the other.
    """
    is_open = Alert.objects.open().filter(series=series).first()
    if is_open is not None and (found is None or found.is_silence != is_open.is_silence):
        _end(deployment, is_open, now)
        is_open = None
    if found is None:
        return
    alert = is_open or _come_back(watch, series, found, now)
    if alert is None:
        _begin(deployment, series, found, now)
    elif found.severity == Severity.CRITICAL != alert.severity:
        _worsen(deployment, alert, found, now)
    elif is_open is None:
        _go_on(deployment, alert, found, now)


def _come_back(watch: Watch, series: Series, found: Found, now: datetime) -> Alert | None:
    ended = Alert.objects.filter(series=series, closed_at__gt=now - QUIET_PACES * watch.pace)
    return ended.filter(is_silence=found.is_silence).first()


def _begin(deployment: Deployment, series: Series, found: Found, now: datetime) -> None:
    alert = Alert.objects.create(
        series=series,
        severity=found.severity,
        is_silence=found.is_silence,
        said=cut(found.said, 600),
        opened_at=now,
    )
    _tell(deployment, alert, now)


def _worsen(deployment: Deployment, alert: Alert, found: Found, now: datetime) -> None:
    """A warning that becomes critical is told again, and has to be acknowledged again."""
    alert.severity, alert.said = found.severity, cut(found.said, 600)
    alert.closed_at = alert.acknowledged_by = alert.acknowledged_at = None
    alert.save()
    _tell(deployment, alert, now)


def _tell(deployment: Deployment, alert: Alert, now: datetime) -> None:
    after = {"severity": alert.severity, "said": alert.said}
    history.record(deployment, "alert raised", actor=None, obj=alert, after=after, at=now)
    if alert.severity == Severity.CRITICAL:
        _ask(deployment, alert.said, now)


def _ask(deployment: Deployment, said: str, now: datetime) -> None:
    countdown = timedelta(seconds=DEFAULT_COUNTDOWN)
    asking.ask(deployment, said, is_automatic=False, countdown=countdown, now=now)


def _go_on(deployment: Deployment, alert: Alert, found: Found, now: datetime) -> None:
    """Nobody is mailed of it again, but a question that was withdrawn meanwhile is asked again."""
    alert.closed_at = None
    alert.times += 1
    alert.save(update_fields=["closed_at", "times"])
    after = {"times": alert.times}
    history.record(deployment, "alert came back", actor=None, obj=alert, after=after, at=now)
    is_critical = found.severity == Severity.CRITICAL
    if is_critical and not asking.was_answered(deployment, alert.opened_at):
        _ask(deployment, found.said, now)


def _end(deployment: Deployment, alert: Alert, now: datetime) -> None:
    alert.closed_at = now
    alert.save(update_fields=["closed_at"])
    history.record(deployment, "alert ended", actor=None, obj=alert, at=now)


@transaction.atomic
def acknowledge(deployment_id: int, alert_id: int, *, actor: User, note: str = "") -> Event:
    """Say that somebody has seen it and looks after it; the first one to say so stands."""
    deployment = Deployment.objects.lock(deployment_id)
    alert = Alert.objects.select_related("acknowledged_by").get(
        series__watch__deployment=deployment, pk=alert_id
    )
    require(policies.refusal_to_acknowledge(rights_of(actor, deployment.service), alert))
    alert.acknowledged_by, alert.acknowledged_at = actor, clock.now()
    alert.note = note.strip()
    alert.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
    return history.record(
        deployment, "alert acknowledged", actor=actor, obj=alert, reason=alert.note,
        at=alert.acknowledged_at,
    )  # fmt: skip
