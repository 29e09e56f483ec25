from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.moments import from_words, in_words
from deployments.enums import Anchor
from deployments.exceptions import Invalid


@given(st.sampled_from(Anchor), st.integers(-60 * 24 * 300, 60 * 24 * 300))
def test_what_is_written_is_read_again(anchor: Anchor, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    assert from_words(in_words(anchor.value, offset)) == (anchor.value, offset)


@pytest.mark.parametrize(
    ("said", "anchor", "offset"),
    [
        ("", "", None),
        ("26 h before T0", "t0", timedelta(hours=-26)),
        ("  2 days  BEFORE  t0 ", "t0", timedelta(days=-2)),
        ("30 min after the start", "start", timedelta(minutes=30)),
        ("at completion", "complete", timedelta(0)),
        ("1 h before the end of the watch", "watch_end", timedelta(hours=-1)),
    ],
)
def test_due_time_is_read(said: str, anchor: str, offset: timedelta | None) -> None:
    assert from_words(said) == (anchor, offset)


@pytest.mark.parametrize(
    "said",
    [
        "tomorrow",
        "2 h",
        "before T0",
        "2 parsecs before T0",
        "2 h before lunch",
        "99999 d before T0",
    ],
)
def test_what_is_no_due_time_is_refused(said: str) -> None:
    with pytest.raises(Invalid):
        from_words(said)
