"""The calendar of one person as iCalendar (RFC 5545), for the programs that ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from accounts.models import User
from communications.writing import identity
from communications.writing.ics import PRODUCT, changes_of_the_clock, on_the_clock
from dashboard.calendar.entries import Entry, entries_of
from deployments.fitting import one_line
from deployments.zones import zone_of

BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
# How often programs are asked to look again.
PACE = timedelta(hours=1)


def feed_of(user: User, now: datetime) -> str:
    """What the person sees at this moment, from a month ago to a year ahead."""
    found = entries_of(user, now - BEHIND, now + AHEAD)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Deploy Portal")
    calendar.add("refresh-interval", PACE, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", PACE)
    events = [_event(entry, user, now) for entry in found.entries]
    for zone, first, last in sorted(_zones(events)):
        calendar.add_component(changes_of_the_clock(zone, first, last))
    for event, _, _ in events:
        calendar.add_component(event)
    if found.is_cut:
        calendar.add_component(_missing(user, now))
    written: str = calendar.to_ical().decode()
    return written


Written = tuple[Event, str | None, tuple[int, int]]


def _event(entry: Entry, user: User, now: datetime) -> Written:
    one = entry.deployment
    start, end, zone = on_the_clock(entry.begins, entry.ends, one.zone if one else user.zone)
    event = Event()
    event.add("uid", _uid(entry))
    event.add("sequence", one.event_count if one else 0)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", one_line(_summary(entry)))
    event.add("description", "\n".join(one_line(line) for line in _description(entry)))
    event.add("url", f"{settings.PORTAL_URL}{entry.url}")
    event.add("categories", [entry.kind])
    # Nobody is busy with it by reading it.
    event.add("transp", "TRANSPARENT")
    return event, zone, (start.year, end.year)


def _missing(user: User, now: datetime) -> Event:
    """Says today, where whoever looks sees it, that the feed does not hold everything."""
    event = Event()
    event.add("uid", identity.uid("more"))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", now.astimezone(zone_of(user.zone)).date())
    event.add("summary", "Deploy Portal: there is more than this calendar holds")
    event.add("description", "What comes latest is missing here; the portal's calendar has all.")
    event.add("url", f"{settings.PORTAL_URL}{reverse('dashboard:calendar')}")
    event.add("transp", "TRANSPARENT")
    return event


def _summary(entry: Entry) -> str:
    if entry.kind == "freeze":
        return f"{entry.where}: {entry.title}"
    return f"{entry.title} → {entry.where.rpartition(' → ')[2]} ({entry.word.lower()})"


def _description(entry: Entry) -> Iterable[str]:
    yield f"{entry.where}. {entry.word}."
    yield from (f"{one}." for one in entry.conflicts)


def _uid(entry: Entry) -> str:
    """The same whenever asked; each window of a freeze is an event of its own."""
    if entry.deployment is not None:
        return identity.entry_uid(entry.deployment.pk)
    begins = f"-{entry.begins:%Y%m%dT%H%M}" if entry.kind == "freeze" else ""
    return identity.uid(f"{entry.key}{begins}")


def _zones(events: Iterable[Written]) -> set[tuple[str, int, int]]:
    """Each zone once, over all the years that its events need."""
    years: dict[str, set[int]] = {}
    for _, zone, span in events:
        if zone is not None:
            years.setdefault(zone, set()).update(span)
    return {(zone, min(found), max(found)) for zone, found in years.items()}
