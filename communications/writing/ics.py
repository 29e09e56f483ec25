"""A calendar entry as iCalendar writes it (RFC 5545, sent as RFC 5546 says). No Django in here.

Every recipient gets an entry with themselves as the only attendee: nobody learns who else is
told, and nobody is asked to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress
from icalendar.parser import Contentline

from deployments.fitting import one_line

PRODUCT = "-//Deploy Portal//Deployments//EN"
REQUEST, PUBLISH, CANCEL = "REQUEST", "PUBLISH", "CANCEL"
LONGEST_NAME = 150


@dataclass(frozen=True)
class Appointment:
    """What an entry says; the same of it gives the same bytes.

    `sequence` rises whenever the entry says something new, and `stamp` is when it was said.
    """

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    end: datetime
    zone: str
    status: str
    summary: str
    description: str
    url: str
    organizer: tuple[str, str]


def write(appointment: Appointment, method: str) -> str:
    """The whole calendar with this one entry, for nobody in particular yet."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    start, end, zone = on_the_clock(appointment.start, appointment.end, appointment.zone)
    if zone is not None:
        calendar.add_component(changes_of_the_clock(zone, start.year, end.year))
    calendar.add_component(_event(appointment, start, end))
    written: str = calendar.to_ical().decode()
    return written


def addressed(written: str, name: str, address: str) -> str:
    """The same for one recipient, who need not answer and is not shown as busy."""
    head, end, tail = written.rpartition("END:VEVENT\r\n")
    return f"{head}{_attendee(name, address)}{end}{tail}"


def _event(appointment: Appointment, start: datetime, end: datetime) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.stamp.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("status", appointment.status)
    event.add("summary", one_line(appointment.summary))
    event.add("description", _lines(appointment.description))
    event.add("url", appointment.url)
    event.add("transp", "TRANSPARENT")
    # Who only reads is not busy with it, and Outlook is to offer no other time.
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("x-microsoft-disallow-counter", "TRUE")
    event.add("organizer", _person(*appointment.organizer))
    return event


def on_the_clock(
    start: datetime, end: datetime, zone: str
) -> tuple[datetime, datetime, str | None]:
    """Start and end on the planner's clock, with its zone; in UTC where that clock cannot say it.

    Of an hour that exists twice iCalendar can name the first only (RFC 5545, 3.3.5).
    """
    place = ZoneInfo(zone)
    local_start, local_end = (at.astimezone(place) for at in (start, end))
    if zone == "UTC" or local_start.fold or local_end.fold:
        return start.astimezone(UTC), end.astimezone(UTC), None
    return local_start, local_end, zone


@lru_cache(maxsize=64)
def changes_of_the_clock(key: str, first: int, last: int) -> Timezone:
    """Every change of the clock from the first year to the last."""
    return Timezone.from_tzinfo(
        ZoneInfo(key), key, first_date=date(first, 1, 1), last_date=date(last + 1, 1, 1)
    )


def _attendee(name: str, address: str) -> str:
    person = _person(name, address)
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = "NON-PARTICIPANT"
    person.params["PARTSTAT"] = "ACCEPTED"
    person.params["RSVP"] = "FALSE"
    line = Contentline.from_parts("ATTENDEE", person.params, person)
    return f"{line.to_ical().decode()}\r\n"


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{one_line(address)}")
    # A quotation mark has no way into a parameter that every reader knows.
    person.params["CN"] = one_line(name).replace('"', "'")[:LONGEST_NAME]
    return person


def _lines(text: str) -> str:
    """Line breaks stay, for the format writes them as two letters; nothing else unseen does."""
    return "\n".join(one_line(line) for line in text.strip().splitlines())
