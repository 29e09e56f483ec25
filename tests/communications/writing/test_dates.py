"""Times in a letter: on the reader's clock, in their language, beside the planner's."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from communications.writing.dates import Clock

T0 = datetime(2026, 11, 24, 23, tzinfo=UTC)


def clock(zone: str = "UTC", language: str = "en", *, marks: bool = False) -> Clock:
    return Clock(ZoneInfo(zone), language, marks)


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "Tuesday 24 November 2026, 23:00", "Tue 24 Nov, 23:00"),
        ("de", "Dienstag, 24. November 2026, 23:00", "Di, 24. November, 23:00"),
        ("fr", "mardi, 24 novembre 2026, 23:00", "mar, 24 novembre, 23:00"),
        ("ja", "火曜日, 2026年11月24日, 23:00", "火, 11月24日, 23:00"),
        ("pt-br", "Terça-feira, 24 de Novembro de 2026, 23:00", "Ter, 24 de Novembro, 23:00"),
    ],
)
def test_days_and_months_are_written_in_the_language(language: str, long: str, short: str) -> None:
    assert clock(language=language).moment(T0) == long
    assert clock(language=language).day(T0) == short


def test_page_marks_the_language_of_a_date_and_leaves_english_alone() -> None:
    assert clock(language="de", marks=True).day(T0) == (
        '<span lang="de" dir="auto">Di, 24. November, 23:00</span>'
    )
    assert clock(marks=True).day(T0) == "Tue 24 Nov, 23:00"
    assert clock(language="de", marks=True).span(T0, T0.replace(hour=23, minute=30)) == (
        '<span lang="de" dir="auto">Dienstag, 24. November 2026, 23:00</span> to 23:30'
    )


def test_planners_clock_stands_beside_only_where_it_shows_another_time() -> None:
    assert clock("Europe/Vienna").beside(T0, "Europe/Berlin") == ""
    assert clock("Europe/London").beside(T0, "UTC") == ""
    assert clock("UTC").beside(T0, "Europe/London") == ""
    assert clock("America/New_York").beside(T0, "America/Chicago") == "17:00 in America/Chicago"


def test_planners_clock_says_its_day_where_that_is_another() -> None:
    assert clock("UTC").beside(T0, "Asia/Tokyo") == "Wed 25 Nov, 08:00 in Asia/Tokyo"
    assert clock("UTC", "de").beside(T0, "Asia/Tokyo") == "Mi, 25. November, 08:00 in Asia/Tokyo"


def test_time_that_is_not_known_is_not_made_up() -> None:
    assert (clock().moment(None), clock().day(None)) == ("", "time not set")
    assert (clock().span(T0, None), clock().beside(None, "UTC")) == ("not set yet", "")
