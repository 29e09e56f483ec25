"""When a message leaves, as people write it and read it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communications import moments
from deployments.enums import Anchor
from deployments.exceptions import Invalid

MINUTES = st.integers(-366 * 24 * 60, 366 * 24 * 60).map(lambda number: timedelta(minutes=number))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ANCHORS = st.sampled_from(Anchor.values)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("24 h before T0", ("t0", timedelta(hours=-24), None, None)),
        ("at completion", ("complete", timedelta(0), None, None)),
        ("the day before T0 at 09:00", ("t0", timedelta(0), -1, time(9))),
        ("The  day before t0 at 9:00", ("t0", timedelta(0), -1, time(9))),
        ("the day of T0 at 08:30", ("t0", timedelta(0), 0, time(8, 30))),
        ("1 day after the end of the watch at 17:00", ("watch_end", timedelta(0), 1, time(17))),
        ("2 days after completion at 00:00", ("complete", timedelta(0), 2, time(0))),
    ],
)
def test_words_are_read(words: str, moment: moments.Moment) -> None:
    assert moments.from_words(words) == moment


@pytest.mark.parametrize(
    "words",
    [
        "soon", "the day before T0 at 24:00", "the day before T0 at 09:60", "the day before T0",
        "3 days of T0 at 09:00", "the day before lunch at 09:00", "the days before T0 at 09:00",
    ],
)  # fmt: skip
def test_what_says_no_moment_is_refused_with_what_would(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        moments.from_words(words)
    assert refused.value.sentence == f"“{words}” is no time of a message; {moments.HOW}."


def test_day_too_far_away_is_refused() -> None:
    with pytest.raises(Invalid, match="at most 366 days"):
        moments.from_words("367 days before T0 at 09:00")


@given(ANCHORS, MINUTES)
def test_elapsed_time_is_read_as_it_was_written(anchor: str, offset: timedelta) -> None:
    said = moments.in_words(anchor, offset)
    assert moments.from_words(said) == (anchor, offset, None, None)


@given(ANCHORS, st.integers(-366, 366), TIMES)
def test_calendar_time_is_read_as_it_was_written(anchor: str, day: int, at: time) -> None:
    said = moments.in_words(anchor, timedelta(0), day, at)
    assert moments.from_words(said) == (anchor, timedelta(0), day, at)
