"""The numbers, against figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dashboard.numbers.figures import Course, by_month, figures_of, shares, waited_for
from dashboard.numbers.spent import Asked, Spent, spent
from deployments.enums import State

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return BEGIN + hours * HOUR


def test_every_hour_is_worked_or_waited_for_one_cause() -> None:
    moves = [
        (at(0), "in_review"),
        (at(20), "on_hold"),
        (at(30), "in_review"),
        (at(36), "go"),
        (at(40), "in_progress"),
    ]
    asked = [
        Asked("Security", at(2), at(12)),
        Asked("Operations", at(8), at(15)),
        Asked("Security", at(31), None),
    ]

    found = spent(moves, asked, at(0), at(40))

    # Asked from 2 to 15 and from 31 to the decision at 36; on hold from 20 to 30.
    assert found.signatures == 18 * HOUR
    assert found.held == 10 * HOUR
    assert found.its_time == 4 * HOUR
    assert found.worked == 8 * HOUR
    assert found.waited == 32 * HOUR
    # From 8 to 12 both were waited for.
    assert found.by_role == {"Security": 15 * HOUR, "Operations": 7 * HOUR}


def test_draft_in_between_is_work_and_nobody_is_waited_for() -> None:
    moves = [(at(0), "in_review"), (at(2), "draft"), (at(6), "in_review")]

    found = spent(moves, [Asked("Security", at(0), at(8))], at(0), at(8))

    assert (found.worked, found.signatures) == (4 * HOUR, 4 * HOUR)


@given(
    moves=st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([state.value for state in State])),
        max_size=8,
    ),
    asked=st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]), st.integers(0, 100), st.none() | st.integers(0, 100)
        ),
        max_size=6,
    ),
    length=st.integers(0, 100),
)
def test_worked_and_waited_are_the_whole_time(
    moves: list[tuple[int, str]], asked: list[tuple[str, int, int | None]], length: int
) -> None:
    found = spent(
        sorted((at(hour), state) for hour, state in moves),
        [Asked(role, at(first), None if last is None else at(last)) for role, first, last in asked],
        at(0),
        at(length),
    )

    assert found.worked + found.waited == length * HOUR
    assert all(time <= found.signatures for time in found.by_role.values())
    assert sum(found.by_role.values(), timedelta(0)) >= found.signatures


def course(lead: float, *, late: float = 0, took: float | None = 2, **more: object) -> Course:
    """Submitted at BEGIN, with a window of two hours."""
    started = at(lead)
    return Course(
        service="Storage layer",
        submitted_at=BEGIN,
        started_at=started,
        t0=started - late * HOUR,
        window_end=started - late * HOUR + 2 * HOUR,
        completed_at=None if took is None else started + took * HOUR,
        **more,  # type: ignore[arg-type]
    )


def test_month_of_four_deployments() -> None:
    found = figures_of(
        [
            course(10, late=0.5, took=1, spent=Spent(worked=4 * HOUR, signatures=6 * HOUR)),
            course(20, late=-0.25, took=5, spent=Spent(worked=8 * HOUR, held=12 * HOUR)),
            course(
                60,
                late=1,
                took=None,
                is_failed=True,
                failed_at=at(61),
                restored_at=at(64),
                spent=Spent(worked=20 * HOUR, its_time=40 * HOUR),
            ),
            course(30, late=0, took=2, is_failed=True, spent=Spent(worked=30 * HOUR)),
        ]
    )

    assert found.started == 4
    assert found.lead == 25 * HOUR  # between 20 and 30
    assert found.worked == 15.5 * HOUR  # 4 + 8 + 20 + 30 = 62
    assert found.waited == 14.5 * HOUR  # 6 + 12 + 40 = 58
    assert (found.signatures, found.held, found.its_time) == (1.5 * HOUR, 3 * HOUR, 10 * HOUR)
    assert (found.failed, found.failure_rate) == (2, 0.5)
    assert found.restore == 3 * HOUR  # of the other nobody knows since when
    assert found.late == 0.25 * HOUR  # between 0 and 0.5
    assert found.over == timedelta(0)  # -1, 0 and 3
    assert shares(found) == {"worked": 15.5 / 30, "waited": 14.5 / 30}


def test_month_without_an_end_has_no_length_and_no_restore() -> None:
    found = figures_of([course(0, took=None)])

    assert (found.over, found.restore, found.failure_rate) == (None, None, 0)
    assert shares(found) == {"worked": 0, "waited": 0}


def test_month_is_that_of_the_start_on_the_viewers_clock() -> None:
    late = Course(
        service="Storage layer",
        submitted_at=BEGIN,
        started_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        t0=BEGIN,
        window_end=BEGIN + HOUR,
    )

    assert list(by_month([late], ZoneInfo("UTC"))) == [date(2026, 11, 1)]
    assert list(by_month([late], ZoneInfo("Europe/Vienna"))) == [date(2026, 12, 1)]


def test_roles_stand_by_how_long_they_were_waited_for() -> None:
    found = waited_for(
        [
            course(1, spent=Spent(by_role={"Security": 5 * HOUR, "Operations": HOUR})),
            course(1, spent=Spent(by_role={"Security": 1 * HOUR})),
        ]
    )

    assert [(one.role, one.deployments, one.total, one.mean, one.longest) for one in found] == [
        ("Security", 2, 6 * HOUR, 3 * HOUR, 5 * HOUR),
        ("Operations", 1, HOUR, HOUR, HOUR),
    ]
