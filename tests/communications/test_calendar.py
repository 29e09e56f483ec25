"""R6: calendar time is right through every change of the clock, in six zones and ten years.

The oracle goes from UTC to the wall only, the one direction in which nothing is ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communications.schedule import Calendar, due_time

# Whole hours, half an hour (Lord Howe), midnight (Santiago), winter as the exception (Dublin,
# Casablanca), and a zone whose clock never changes.
ZONES = (
    "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "America/Santiago",
    "Africa/Casablanca", "Asia/Kolkata",
)  # fmt: skip
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
STEP, QUARTER = timedelta(minutes=30), timedelta(minutes=15)


def offset_at(moment: datetime, zone: str) -> timedelta:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


@cache
def transitions(zone: str) -> list[datetime]:
    """Every instant of ten years at which the clock of the zone is changed."""
    found, moment, before = [], FIRST, offset_at(FIRST, zone)
    while moment < LAST:
        moment += STEP
        now = offset_at(moment, zone)
        if now != before:
            found.append(moment)
        before = now
    return found


def expected(local: datetime, zone: str) -> datetime:
    """The first instant at which the clock shows this; in a gap, counted from the offset before."""
    guess = local.replace(tzinfo=UTC)
    near = [guess + timedelta(hours=hours) for hours in range(-36, 37)]
    shown = [guess - offset for offset in {offset_at(one, zone) for one in near}]
    there = [one for one in shown if one + offset_at(one, zone) == guess]
    if there:
        return min(there)
    change = next(
        one
        for one in transitions(zone)
        if one + offset_at(one - STEP, zone) <= guess < one + offset_at(one, zone)
    )
    return guess - offset_at(change - STEP, zone)


def walls(zone: str) -> Iterator[datetime]:
    """What the clock is to show: each quarter of an hour around every change of it."""
    for change in transitions(zone):
        local = (change + offset_at(change, zone)).replace(tzinfo=None)
        yield from (local + QUARTER * step for step in range(-16, 17))


def noon(local: datetime, days: int, zone: str) -> datetime:
    """An anchor on the day that is so many days away."""
    day = local.date() - timedelta(days=days)
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_no_instant_is_wrong_around_any_change_of_the_clock(zone: str) -> None:
    wrong = []
    for local in walls(zone):
        for days in (-1, 0, 3):
            calendar = Calendar(days, local.time(), ZoneInfo(zone))
            instant = calendar.instant(noon(local, days, zone))
            if instant != expected(local, zone):
                wrong.append((local, days, instant))
    assert wrong == []


def test_changes_of_the_clock_are_there_to_be_tried() -> None:
    assert [len(transitions(zone)) for zone in ZONES] == [20, 20, 20, 20, 21, 0]


@given(
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)),
    st.integers(-40, 40),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_the_clock_shows_that_time_so_many_days_away(
    naive: datetime, days: int, at: time, zone: str
) -> None:
    anchor, place = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    calendar = Calendar(days, at, place)
    instant = due_time({"t0": anchor}, "t0", timedelta(0), calendar)
    day = anchor.astimezone(place).date() + timedelta(days=days)
    assert instant == expected(datetime.combine(day, at), zone)


def test_day_before_is_not_elapsed_time() -> None:
    monday = datetime(2026, 3, 30, 6, tzinfo=UTC)  # 08:00, the day after the clock went forward
    calendar = Calendar(-2, time(8), ZoneInfo("Europe/Berlin"))
    assert calendar.instant(monday) == datetime(2026, 3, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("anchor", "at", "said"),
    [
        (
            datetime(2026, 3, 30, 10, tzinfo=UTC), time(2, 30),
            "02:30 of 29 March 2026 does not exist in Europe/Berlin; it leaves at 03:30.",
        ),
        (
            datetime(2026, 10, 26, 10, tzinfo=UTC), time(2, 30),
            "02:30 of 25 October 2026 exists twice in Europe/Berlin; "
            "it leaves at the first of them.",
        ),
        (datetime(2026, 10, 26, 10, tzinfo=UTC), time(9), ""),
    ],
)  # fmt: skip
def test_oddity_is_said(anchor: datetime, at: time, said: str) -> None:
    assert Calendar(-1, at, ZoneInfo("Europe/Berlin")).oddity(anchor) == said
