"""The judgment over readings, against a model that walks through them one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.conditions import parse
from monitoring.judging import Limit, Point, judge
from monitoring.pace import next_reading, silence

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def points(*values: float, every: timedelta = MINUTE) -> list[Point]:
    return [Point(NOON + n * every, Decimal(str(value))) for n, value in enumerate(values)]


def walked(limit: Limit, found: list[Point]) -> bool:
    """An independent reading of the rule: counters that a person would keep on paper."""
    is_raised, bad, good = False, 0, 0
    for point in found:
        bad = bad + 1 if point.value < 80 else 0
        good = good + 1 if point.value >= 82 else 0
        if not is_raised and bad >= limit.need_bad:
            is_raised, good = True, 0
        elif is_raised and good >= limit.need_good:
            is_raised, bad = False, 0
    return is_raised


@given(
    values=st.lists(st.integers(77, 85), max_size=60),
    need_bad=st.integers(1, 4),
    need_good=st.integers(1, 4),
)
def test_alert_is_raised_and_ends_as_somebody_would_count_it(
    values: list[int], need_bad: int, need_good: int
) -> None:
    limit = Limit(
        parse("hit_rate < 80 %"), "%", need_bad, need_good, clears=parse("hit_rate < 82 %")
    )
    is_raised, found = False, points(*values)
    for count in range(1, len(found) + 1):
        is_raised = judge(limit, found[:count], is_raised=is_raised)
        assert is_raised == walked(limit, found[:count])


def test_limit_for_a_while_needs_a_streak_that_lasts_so_long() -> None:
    limit = Limit(parse("latency > 200 ms for 5 min"), "ms")
    assert not judge(limit, points(250, 250, 250, 250, 250), is_raised=False)
    assert judge(limit, points(250, 250, 250, 250, 250, 250), is_raised=False)
    assert not judge(limit, points(250, 250, 250, 100, 250, 250, 250), is_raised=False)


def test_value_in_another_unit_of_the_same_kind_is_converted() -> None:
    limit = Limit(parse("latency > 200 ms"), "s", need_bad=1)
    assert judge(limit, points(0.25), is_raised=False)
    assert not judge(limit, points(0.19), is_raised=False)


def test_nothing_measured_raises_nothing_and_ends_nothing() -> None:
    limit = Limit(parse("latency > 200 ms"), "ms")
    assert not judge(limit, [], is_raised=False)
    assert judge(limit, [], is_raised=True)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-5, 0), (0, 1), (0.5, 1), (29.5, 30), (30, 35), (31, 35), (359, 360), (360, 375), (361, 375)],
)
def test_readings_become_fewer_along_a_fixed_schedule(after: float, expected: float) -> None:
    end = NOON + timedelta(hours=48)
    assert next_reading(NOON, end, MINUTE, NOON + after * MINUTE) == NOON + expected * MINUTE


def test_schedule_of_48_hours_has_264_readings_and_ends_with_the_watch() -> None:
    end, count = NOON + timedelta(hours=48), 0
    at: datetime | None = NOON
    while at is not None:
        count, at = count + 1, next_reading(NOON, end, MINUTE, at)
    assert count == 1 + 30 + 66 + 168


def test_three_readings_that_are_missed_are_a_silence() -> None:
    found = [silence(NOON, MINUTE, NOON + n * MINUTE) for n in (10, 100, 1000)]
    assert found == [3 * MINUTE, 15 * MINUTE, 45 * MINUTE]
