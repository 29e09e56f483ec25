from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from communications import schedule

T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_due_time_counts_from_its_anchor() -> None:
    assert schedule.due_time({"t0": T0}, "t0", -24 * HOUR) == T0 - 24 * HOUR


def test_due_time_is_unknown_until_the_anchor_happens() -> None:
    assert schedule.due_time({"t0": T0, "start": None}, "start", timedelta(0)) is None


def test_usefulness_ends_as_agreed_for_every_kind() -> None:
    limits = {
        "notice": schedule.useful_until("notice", T0 - 24 * HOUR, T0),
        "go_no_go": schedule.useful_until("go_no_go", T0 - 2 * HOUR, T0),
        "start": schedule.useful_until("start", T0, T0),
        "complete": schedule.useful_until("complete", T0 + HOUR, T0),
        "summary": schedule.useful_until("summary", T0 + 25 * HOUR, T0),
    }
    assert limits == {
        "notice": T0 - 2 * HOUR,
        "go_no_go": T0,
        "start": None,
        "complete": T0 + 25 * HOUR,
        "summary": T0 + 97 * HOUR,
    }


def test_notice_planned_close_to_t0_is_of_use_until_t0() -> None:
    assert schedule.useful_until("notice", T0 - HOUR, T0) == T0


@given(st.integers(min_value=0, max_value=10_000))
def test_wait_before_retry_grows_to_a_minute_and_no_further(attempts: int) -> None:
    wait = schedule.wait_before_retry(attempts)
    assert timedelta(seconds=2) <= wait <= timedelta(minutes=1)
    assert schedule.wait_before_retry(attempts + 1) >= wait
