"""Numbers of a watch that the portal knows by itself: incidents and uptime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from deployments.conditions import amount
from deployments.models import Deployment
from gates.enums import Source
from monitoring.enums import Outcome
from monitoring.models import Incident, Reading, Watch
from monitoring.uptime import Uptime, together, uptime


@dataclass(frozen=True)
class Counted:
    """`number` None is not known."""

    title: str
    number: Decimal | None
    unit: str = ""

    @property
    def words(self) -> str:
        """Rounded for people; what is not known is never zero."""
        if self.number is None:
            return "not known"
        return amount(round(self.number, 3), self.unit)


def uptime_of(watch: Watch) -> Uptime:
    """By every address whose answer is measured in this watch."""
    probes = Reading.objects.filter(series__watch=watch, series__metric__source=Source.HTTP)
    rows = probes.order_by("series", "at").values_list("series", "at", "outcome")
    several: dict[int, list[tuple[datetime, bool]]] = {}
    for series, at, outcome in rows:
        several.setdefault(series, []).append((at, outcome == Outcome.GOOD))
    return together([uptime(one) for one in several.values()])


def _incidents(watch: Watch) -> Counted:
    count = Incident.objects.counted().filter(deployment=watch.deployment_id).count()
    return Counted("Incidents", Decimal(count))


def _uptime(watch: Watch) -> Counted:
    percent = uptime_of(watch).percent
    return Counted("Uptime", None if percent is None else Decimal(repr(percent)), "%")


COUNTED: Mapping[str, Callable[[Watch], Counted]] = {"incidents": _incidents, "uptime": _uptime}


def counted_of(deployment: Deployment) -> list[Counted]:
    """All of them, once the watch is open."""
    watch = Watch.objects.filter(deployment=deployment, opened_at__isnull=False).first()
    return [count(watch) for count in COUNTED.values()] if watch else []
