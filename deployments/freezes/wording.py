"""A freeze's windows as sentences and lists say them: on the wall clock of its own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deployments.fitting import cut
from deployments.freezes.recurrence import Window
from deployments.freezes.stops import Stop
from deployments.models import Freeze
from deployments.zones import zone_of

SHOWN = 100
REPEATS = {
    "FREQ=DAILY": "every day",
    "FREQ=WEEKLY": "every week",
    "FREQ=MONTHLY": "every month",
    "FREQ=YEARLY": "every year",
}


@dataclass(frozen=True)
class Shown:
    """One window as a list shows it; `change` says what the clock did since the one before."""

    window: Window
    starts: str
    ends: str
    change: str = ""


def span(window: Window, zone: str) -> str:
    place = zone_of(zone)
    starts, ends = window.starts_at.astimezone(place), window.ends_at.astimezone(place)
    return f"from {starts:%d %b %Y %H:%M} to {ends:%d %b %Y %H:%M} ({zone})"


def clause_of(stop: Stop) -> str:
    """Reads inside the readiness sentence."""
    said = cut(stop.freeze.reason, SHOWN).rstrip(".")
    more = f" and {len(stop.windows) - 1} more times" if len(stop.windows) > 1 else ""
    when = span(stop.windows[0], stop.freeze.zone)
    return f"a freeze of {stop.freeze.scope} holds {when}{more}, “{said}”"


def repeated(freeze: Freeze) -> str:
    """How it repeats; a rule of one's own is shown as it was written."""
    if not freeze.rule:
        return "once"
    return REPEATS.get(freeze.rule, f"by the rule {freeze.rule}")


def listed(windows: list[Window], zone: str) -> list[Shown]:
    """In order, with a word where the clock of the zone was changed in between."""
    place, shown = zone_of(zone), list[Shown]()
    before: timedelta | None = None
    for one in windows:
        starts, ends = one.starts_at.astimezone(place), one.ends_at.astimezone(place)
        offset = starts.utcoffset()
        shown.append(Shown(one, _said(starts), _said(ends), _change(before, offset)))
        before = ends.utcoffset()
        if before != offset:
            last = shown[-1]
            shown[-1] = Shown(one, last.starts, last.ends, "the clock changes during it")
    return shown


def _said(local: datetime) -> str:
    return f"{local:%a %d %b %Y, %H:%M} {local.tzname()}"


def _change(before: timedelta | None, now: timedelta | None) -> str:
    if before is None or now is None or before == now:
        return ""
    hours = "forward" if now > before else "back"
    return f"the clock was put {hours} since the one before"
