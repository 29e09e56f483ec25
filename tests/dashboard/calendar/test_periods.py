"""The days of a page of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.calendar.periods import days_between, period_of

TODAY = date(2026, 11, 26)
VIENNA = ZoneInfo("Europe/Vienna")


def test_month_has_whole_weeks() -> None:
    found = period_of("month", "2026-11-26", TODAY)

    assert (found.first, found.last) == (date(2026, 10, 26), date(2026, 12, 7))
    assert found.title == "November 2026"
    assert (found.before, found.after) == (date(2026, 10, 1), date(2026, 12, 1))


def test_month_that_fills_its_weeks_has_no_day_beside() -> None:
    found = period_of("month", "2027-02-10", TODAY)  # a February of four weeks

    assert (found.first, found.last) == (date(2027, 2, 1), date(2027, 3, 1))


def test_week_begins_on_monday_and_the_list_on_its_day() -> None:
    week, listed = period_of("week", "2026-11-26", TODAY), period_of("list", "", TODAY)

    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 30))
    assert (week.before, week.after) == (date(2026, 11, 16), date(2026, 11, 30))
    assert (listed.first, listed.last) == (TODAY, TODAY + timedelta(days=30))
    assert listed.title == "26 Nov 2026 to 25 Dec 2026"


@pytest.mark.parametrize("said", ["", "tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "\0"])
def test_day_that_makes_no_sense_is_today(said: str) -> None:
    assert period_of("decade", said, TODAY) == period_of("month", "2026-11-26", TODAY)


def test_day_of_a_clock_change_has_23_hours() -> None:
    week = period_of("week", "2026-03-29", TODAY)

    begin, end = week.instants(VIENNA)

    assert end - begin == timedelta(days=7, hours=-1)


def test_end_at_midnight_is_not_of_the_next_day() -> None:
    begin = datetime(2026, 11, 26, 20, tzinfo=UTC)  # 21:00 in Vienna

    assert days_between(begin, begin + timedelta(hours=3), VIENNA) == (TODAY, TODAY)
    assert days_between(begin, begin + timedelta(hours=4), VIENNA) == (
        TODAY,
        TODAY + timedelta(days=1),
    )


@given(st.dates(date(2000, 1, 1), date(2199, 6, 1)), st.sampled_from(["month", "week", "list"]))
def test_day_is_on_its_page_and_the_next_page_follows(day: date, view: str) -> None:
    found = period_of(view, day.isoformat(), TODAY)
    after = period_of(view, found.after.isoformat(), TODAY)

    assert found.first <= day < found.last
    assert found.days[-1] < found.last <= after.last
    if after.on == found.after:
        assert after.first <= found.last
