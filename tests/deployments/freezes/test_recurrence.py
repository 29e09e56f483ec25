"""Windows of a freeze: by the day, on the wall clock, bounded whatever the rule says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.freezes.recurrence import RuleError, Series, Window

VIENNA = "Europe/Vienna"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
RULES = (
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,FR",
    "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=YEARLY", "FREQ=DAILY;COUNT=5",
    "FREQ=WEEKLY;UNTIL=20260601",
)  # fmt: skip


def local(*when: int, zone: str = VIENNA) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]


def series(rule: str, start: datetime = START, hours: int = 2, zone: str = VIENNA) -> Series:
    return Series(start, start + timedelta(hours=hours), zone, rule)


def test_window_is_the_only_one_without_a_rule() -> None:
    once = series("")
    only = Window(START, START + timedelta(hours=2))

    assert once.following(START - timedelta(days=900), 10) == [only]
    assert once.overlapping(START + timedelta(hours=1), START + timedelta(days=9)) == [only]
    assert once.overlapping(only.ends_at, only.ends_at + timedelta(days=9)) == []
    assert once.overlapping(START - timedelta(days=9), START) == []


def test_time_of_day_stays_on_the_wall_when_the_clock_is_changed() -> None:
    nightly = series("FREQ=DAILY", local(2026, 3, 27, 22), hours=8)

    found = nightly.following(local(2026, 3, 27, 0), 4)

    assert found == [
        Window(local(2026, 3, 27, 22), local(2026, 3, 28, 6)),
        Window(local(2026, 3, 28, 22), local(2026, 3, 29, 6)),  # an hour shorter that night
        Window(local(2026, 3, 29, 22), local(2026, 3, 30, 6)),
        Window(local(2026, 3, 30, 22), local(2026, 3, 31, 6)),
    ]
    assert [one.ends_at - one.starts_at for one in found[:3]] == [
        timedelta(hours=8),
        timedelta(hours=7),
        timedelta(hours=8),
    ]


def test_end_that_the_clock_shows_twice_is_the_second_one() -> None:
    start = datetime(2026, 10, 23, 20, tzinfo=UTC)
    nightly = Series(start, start + timedelta(hours=4, minutes=30), VIENNA, "FREQ=DAILY")

    [_, change] = nightly.following(start, 2)

    # 02:30 is 00:30 UTC by summer time and 01:30 UTC an hour later.
    assert change.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_start_that_the_clock_leaps_over_is_read_by_the_offset_before() -> None:
    early = series("FREQ=DAILY", local(2026, 3, 28, 2, 30), hours=2)

    [_, leap] = early.following(early.starts_at, 2)

    assert leap.starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 by summer time
    assert leap.ends_at == local(2026, 3, 29, 4, 30)


def test_first_window_stays_as_it_was_typed_when_the_clock_shows_it_twice() -> None:
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time
    weekly = series("FREQ=WEEKLY", second, hours=1)

    assert weekly.following(second, 2) == [
        Window(second, second + timedelta(hours=1)),
        Window(local(2026, 11, 1, 2, 15), local(2026, 11, 1, 3, 15)),
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    rule=st.sampled_from(RULES),
    days=st.integers(-40, 200),
    length=st.integers(1, 60 * 24),
    hours=st.integers(1, 100),
    zone=st.sampled_from([VIENNA, "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_overlapping_windows_are_those_of_all_that_meet_the_period(
    rule: str, days: int, length: int, hours: int, zone: str
) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = series(rule, start, hours, zone)
    begin = start + timedelta(days=days, minutes=length)
    end = begin + timedelta(hours=length)

    every = found.following(start - timedelta(days=1), 270)

    assert found.overlapping(begin, end) == [
        one for one in every if one.starts_at < end and one.ends_at > begin
    ]
    assert {one.starts_at.astimezone(ZoneInfo(zone)).hour for one in every} == {9}


def test_rule_that_never_ends_gives_as_many_as_are_asked_for() -> None:
    yearly = series("FREQ=YEARLY")

    found = yearly.following(START, 400)

    assert found[9].starts_at == local(2035, 3, 2, 10)
    # It is given up within one cycle of the calendar, which no freeze reaches.
    assert len(found) == 374
    assert yearly.overlapping(local(9000, 1, 1), local(9000, 12, 31)) == []


def test_windows_longer_than_their_distance_are_all_found() -> None:
    long = series("FREQ=DAILY", hours=72)

    found = long.overlapping(START + timedelta(days=10), START + timedelta(days=10, hours=1))

    # The one of day 7 ends as the time asked about begins.
    assert [one.starts_at for one in found] == [START + timedelta(days=n) for n in (8, 9, 10)]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260304", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("20260304T100000", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("20260304T095959", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("20260304T090000Z", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("20260304T085959Z", datetime(2026, 3, 3, 9, tzinfo=UTC)),
    ],
)
def test_rule_ends_on_the_wall_clock_or_in_utc(until: str, last: datetime) -> None:
    assert series(f"FREQ=DAILY;UNTIL={until}").following(START, 99)[-1].starts_at == last


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("FREQ=SECONDLY", "FREQ=SECONDLY is too often for a freeze"),
        ("FREQ=MINUTELY;INTERVAL=5", "FREQ=MINUTELY is too often for a freeze"),
        ("FREQ=HOURLY", "FREQ=HOURLY is too often for a freeze"),
        ("FREQ=DAILY;BYHOUR=1,2,3", "Leave BYHOUR out"),
        ("FREQ=DAILY;BYSECOND=0", "Leave BYSECOND out"),
        ("FREQ=DAILY;INTERVAL=0", "“0” is nothing that INTERVAL can be"),
        ("FREQ=DAILY;COUNT=-1", "“-1” is nothing that COUNT can be"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "keep one of them"),
        ("FREQ=DAILY;FREQ=WEEKLY", "says FREQ twice"),
        ("FREQ=WEEKLY;BYDAY=1MO", "Only a monthly or yearly rule counts weekdays"),
        ("FREQ=WEEKLY;BYDAY=XX", "“XX” is nothing that BYDAY can be"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "“0” is nothing that BYMONTHDAY can be"),
        ("FREQ=YEARLY;BYEASTER=0", "“BYEASTER” is no part of a rule"),
        ("FREQ=DAILY;UNTIL=20271399", "is no day"),
        ("FREQ=DAILY;UNTIL=99991231", "is no day"),
        ("BYDAY=MO", "does not say how often"),
        ("every friday", "is no part of a rule"),
        ("FREQ=FORTNIGHTLY", "is nothing that FREQ can be"),
        ("FREQ=DAILY;" * 40, "200 characters at most"),
        ("FREQ=WEEKLY;BYDAY=FR", "the next that it names is Friday 06 Mar 2026"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never names a day"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never names a day"),
        ("FREQ=DAILY;BYWEEKNO=99", "never names a day"),
    ],
)
def test_rule_is_refused_with_what_would_be_right(rule: str, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        series(rule).check()


@pytest.mark.parametrize("rule", [*RULES, "", "rrule:freq=weekly; byday=mo"])
def test_rule_that_names_its_first_day_is_taken(rule: str) -> None:
    series(rule).check()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("FREQ=DAILYWKMONTHSU;BDUNTCI-+0123456789,"), max_size=60))
def test_any_text_is_a_rule_or_gets_a_sentence(text: str) -> None:
    found = series(text)
    try:
        found.check()
    except RuleError as error:
        said = str(error)
    else:
        said = f"{len(found.following(START, 3))} windows."
    assert said.endswith(".")
