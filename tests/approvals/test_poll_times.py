"""When a poll is open, when its decision is due and which answer counts, for any times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals import polling
from approvals.enums import Verdict

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTES = st.integers(0, 60 * 24 * 3).map(lambda minutes: timedelta(minutes=minutes))


@given(MINUTES, MINUTES)
def test_poll_is_open_at_least_a_quarter_and_until_half_an_hour_before(
    ahead: timedelta, late: timedelta
) -> None:
    t0, opened = NOON + ahead, NOON + late
    closes = polling.closing(t0, opened)
    assert closes - opened >= timedelta(minutes=15)
    assert closes >= t0 - timedelta(minutes=30)
    assert closes in {t0 - timedelta(minutes=30), opened + timedelta(minutes=15)}


@pytest.mark.parametrize(
    ("closes", "due"),
    [
        (None, NOON),
        (NOON - timedelta(minutes=30), NOON),
        (NOON - timedelta(minutes=5), NOON + timedelta(minutes=10)),
        (NOON + timedelta(minutes=20), NOON + timedelta(minutes=35)),
    ],
)
def test_decision_is_due_at_t0_or_a_quarter_after_a_later_closing(
    closes: datetime | None, due: datetime
) -> None:
    assert polling.decision_due(NOON, closes) == due


@given(st.lists(st.sampled_from(Verdict), max_size=6))
def test_worst_answer_counts(words: list[Verdict]) -> None:
    found = polling.worst(words)
    if Verdict.NO_GO in words:
        assert found == Verdict.NO_GO
    elif Verdict.HOLD in words:
        assert found == Verdict.HOLD
    else:
        assert found == (Verdict.GO if words else None)
