"""Entries as they are written, read back by two libraries that know nothing of each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ics as another
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from communications.writing import ics
from communications.writing.ics import Appointment
from deployments.fitting import one_line

PLANNED = Appointment(
    uid="deployment-7@portal.example.org",
    sequence=12,
    stamp=datetime(2026, 11, 1, 12, tzinfo=UTC),
    start=datetime(2026, 11, 24, 9, tzinfo=UTC),
    end=datetime(2026, 11, 24, 11, tzinfo=UTC),
    zone="Europe/Vienna",
    status="TENTATIVE",
    summary="Storage layer: Storage layer 1.4 → Production",
    description="It is planned.\nAsk Ann.",
    url="https://portal.example.org/deployments/7/room/",
    organizer=("Deploy Portal", "portal@example.org"),
)


def written(method: str = ics.REQUEST, **more: Any) -> str:
    text = ics.write(replace(PLANNED, **more), method)
    return ics.addressed(text, "Ann Smith", "ann@example.org")


def event_in(text: str) -> Any:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def other_event_in(text: str) -> another.Event:
    (event,) = another.Calendar(text).events
    return event


def test_entry_says_what_when_from_whom_and_to_whom():
    text = written()
    assert text.replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Deploy Portal//Deployments//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Vienna",
        "COMMENT:This timezone only works from 2026-01-01 to 2027-01-01.",
        "BEGIN:STANDARD",
        "DTSTART:20260101T000000",
        "TZNAME:CET",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20260329T030000",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20261025T030000",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "SUMMARY:Storage layer: Storage layer 1.4 → Production",
        "DTSTART;TZID=Europe/Vienna:20261124T100000",
        "DTEND;TZID=Europe/Vienna:20261124T120000",
        "DTSTAMP:20261101T120000Z",
        "UID:deployment-7@portal.example.org",
        "SEQUENCE:12",
        r"DESCRIPTION:It is planned.\nAsk Ann.",
        'ORGANIZER;CN="Deploy Portal":mailto:portal@example.org',
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
        "URL:https://portal.example.org/deployments/7/room/",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
        'ATTENDEE;CN="Ann Smith";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;'
        "ROLE=NON-PARTICIPANT;RSVP=FALSE:mailto:ann@example.org",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_lines_are_folded_at_75_octets_and_within_no_letter():
    text = written(summary="Größe; Änderung, " * 20, description="→" * 400)
    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines][-1] == ""


@pytest.mark.parametrize("status", ["TENTATIVE", "CONFIRMED", "CANCELLED"])
def test_both_libraries_read_the_same(status):
    text = written(ics.CANCEL if status == "CANCELLED" else ics.REQUEST, status=status)
    event, other = event_in(text), other_event_in(text)
    assert str(event["STATUS"]) == other.status == status
    assert str(event["SUMMARY"]) == other.name == PLANNED.summary
    assert str(event["DESCRIPTION"]) == other.description == PLANNED.description
    assert str(event["UID"]) == other.uid == PLANNED.uid
    assert str(event["URL"]) == other.url == PLANNED.url
    assert [one.email for one in other.attendees] == ["ann@example.org"]
    assert (event.start, event.end) == (PLANNED.start, PLANNED.end)
    assert (other.begin.datetime, other.end.datetime) == (PLANNED.start, PLANNED.end)


def test_same_appointment_is_the_same_bytes():
    assert written() == written()


def test_nobody_is_in_an_entry_without_recipient():
    text = ics.write(PLANNED, ics.PUBLISH)
    assert "ATTENDEE" not in text
    assert "METHOD:PUBLISH\r\n" in text


# In Vienna, 02:00 to 03:00 exists twice on 25 Oct 2026 and not at all on 28 Mar 2027.
CHANGES = [
    ("the clock goes forward within it", datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "0130"),
    ("just after the gap", datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "0300"),
    ("the clock goes back within it", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "0130"),
    ("after the overlap", datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "0300"),
]


@pytest.mark.parametrize(("why", "start", "clock"), CHANGES, ids=[one[0] for one in CHANGES])
def test_instant_is_right_where_the_clock_changes(why, start, clock):
    end = start + timedelta(hours=4)
    text = written(start=start, end=end)
    assert f"DTSTART;TZID=Europe/Vienna:{start.astimezone(ZoneInfo('Europe/Vienna')):%Y%m%d}T" in (
        text
    )
    assert f"T{clock}00\r\n" in text
    assert (event_in(text).start, event_in(text).end) == (start, end)
    other = other_event_in(text)
    assert (other.begin.datetime, other.end.datetime) == (start, end)


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2),  # it begins in the second 02:30
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 2),  # it ends in the second 02:30
    ],
)
def test_hour_that_exists_twice_is_written_in_utc(start, hours):
    end = start + timedelta(hours=hours)
    text = written(start=start, end=end)
    assert f"DTSTART:{start:%Y%m%dT%H%M%S}Z\r\n" in text
    assert f"DTEND:{end:%Y%m%dT%H%M%S}Z\r\n" in text
    assert "VTIMEZONE" not in text
    other = other_event_in(text)
    assert (other.begin.datetime, other.end.datetime) == (start, end)


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Etc/UTC"],
)
@settings(max_examples=12, deadline=None)
@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(15, 3000),
)
def test_instant_is_right_in_every_zone(zone, start, minutes):
    start = start.replace(microsecond=0)
    end = start + timedelta(minutes=minutes)
    text = written(start=start, end=end, zone=zone)
    other = other_event_in(text)
    assert (other.begin.datetime, other.end.datetime) == (start, end)
    assert (event_in(text).start, event_in(text).end) == (start, end)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\r\n;,:"\\^\x00\x0b\u2028\u2029é→'),
        st.characters(codec="utf-8", exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@settings(max_examples=50, deadline=None)
@given(summary=HOSTILE, description=HOSTILE, name=HOSTILE)
def test_no_name_adds_a_line_of_its_own(summary, description, name):
    injected = "\r\nATTENDEE:mailto:eve@example.net\r\nBEGIN:VALARM"
    text = ics.write(
        replace(
            PLANNED,
            summary=summary + injected,
            description=description + injected,
            organizer=(name + injected, "portal@example.org"),
        ),
        ics.REQUEST,
    )
    text = ics.addressed(text, name + injected, "ann@example.org")
    plain = ics.addressed(ics.write(PLANNED, ics.REQUEST), "Ann", "ann@example.org")
    event = event_in(text)
    assert sorted(event) == sorted(event_in(plain))
    assert str(event["ATTENDEE"]) == "mailto:ann@example.org"
    assert event.subcomponents == []
    assert str(event["SUMMARY"]) == one_line(summary + injected)
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))


def test_long_role_with_commas_and_semicolons_reads_back_whole():
    role = "Leiter; Betrieb, Größe und Änderungen→40"
    said = f"Signed by: {role}, Security\n\nGo/no-go room: {PLANNED.url}"
    text = written(description=said)
    assert len(role) == 40
    assert str(event_in(text)["DESCRIPTION"]) == said
    assert other_event_in(text).description == said
