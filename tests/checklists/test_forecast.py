"""Planned and foreseen times along what waits for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from checklists.forecast import Forecast, Span, Step, forecast, total

T0 = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def chain(*minutes: int | None) -> list[Step]:
    return [
        Step(key, lasts, frozenset({key - 1} if key else ())) for key, lasts in enumerate(minutes)
    ]


def test_steps_are_planned_one_after_the_other_when_each_waits_for_the_one_before() -> None:
    found = forecast(chain(10, 5, 20), T0, T0)

    assert found.planned == {
        0: Span(at(0), at(10)),
        1: Span(at(10), at(15)),
        2: Span(at(15), at(35)),
    }
    assert (found.planned_end, found.end, found.slip) == (at(35), at(35), timedelta(0))


def test_steps_run_beside_each_other_when_none_waits_for_the_other() -> None:
    both = [Step(0, 10), Step(1, 30), Step(2, 5, frozenset({0, 1}))]

    found = forecast(both, T0, T0)

    assert found.planned[2] == Span(at(30), at(35))
    assert total(both) == timedelta(minutes=35)


def test_what_is_late_moves_everything_behind_it() -> None:
    first, second, third = chain(10, 5, 20)
    done_late = Step(first.key, 10, first.after, began=at(0), ended=at(18))

    found = forecast([done_late, second, third], T0, at(19), began=T0)

    assert found.foreseen[1] == Span(at(19), at(24))
    assert (found.end, found.slip) == (at(44), timedelta(minutes=9))


def test_a_step_that_takes_longer_than_planned_ends_now_at_the_earliest() -> None:
    first, second = chain(10, 5)
    running = Step(first.key, 10, first.after, began=at(0))

    assert forecast([running, second], T0, at(4), began=T0).end == at(15)
    assert forecast([running, second], T0, at(25), began=T0).end == at(30)


def test_steps_done_early_let_the_next_ones_begin_at_once() -> None:
    first, second = chain(10, 5)
    early = Step(first.key, 10, first.after, began=at(0), ended=at(3))

    found = forecast([early, second], T0, at(3), began=T0)

    assert (found.end, found.slip) == (at(8), timedelta(minutes=-7))


def test_a_skipped_step_takes_no_time() -> None:
    first, second = chain(10, 5)
    skipped = Step(first.key, 10, first.after, ended=at(1))

    assert forecast([skipped, second], T0, at(1), began=T0).foreseen[0] == Span(at(1), at(1))


def test_steps_without_planned_minutes_are_counted_and_take_no_time() -> None:
    found = forecast(chain(10, None, 5), T0, T0)

    assert (found.planned_end, found.unplanned) == (at(15), 1)


def test_overrun_is_what_lies_behind_the_limit() -> None:
    found = forecast(chain(10, 5), T0, at(60), began=T0)

    assert found.overrun(at(70)) == timedelta(minutes=5)
    assert found.overrun(at(75)) == timedelta(0)
    assert found.overrun(None) == timedelta(0)


def test_nothing_is_foreseen_of_no_steps() -> None:
    assert forecast([], T0, T0) == Forecast()
    assert total([]) == timedelta(0)


@some.composite
def runbooks(draw: some.DrawFn) -> list[Step]:
    """Any steps at all, also such as wait in a circle or for what is not there."""
    count = draw(some.integers(1, 8))
    keys = some.integers(0, count)
    minutes = some.one_of(some.none(), some.integers(0, 60))
    offset = some.integers(0, 120)
    steps = []
    for key in range(count):
        began = draw(some.one_of(some.none(), offset))
        lasted = draw(some.one_of(some.none(), offset)) if began is not None else None
        steps.append(
            Step(
                key,
                draw(minutes),
                draw(some.frozensets(keys, max_size=3)),
                None if began is None else at(began),
                None if lasted is None else at(began + lasted),
            )
        )
    return steps


@given(runbooks(), some.integers(0, 300))
def test_every_step_has_its_times_and_none_that_is_open_ends_in_the_past(
    steps: list[Step], minutes: int
) -> None:
    now = at(minutes)

    found = forecast(steps, T0, now, began=T0)

    assert set(found.planned) == set(found.foreseen) == {step.key for step in steps}
    for step in steps:
        span = found.foreseen[step.key]
        assert span.start <= span.end
        assert step.ended is not None or span.end >= now
    assert found.end == max(span.end for span in found.foreseen.values())


def test_a_step_that_is_left_out_takes_only_the_time_that_it_had_begun_with() -> None:
    first, second, third = chain(10, 30, 20)
    done = Step(first.key, 10, first.after, began=at(0), ended=at(10))
    left_out = Step(second.key, 30, second.after, ended=at(12))
    given_up = Step(second.key, 30, second.after, began=at(10), ended=at(18))

    for skipped, took in ((left_out, Span(at(12), at(12))), (given_up, Span(at(10), at(18)))):
        found = forecast([done, skipped, third], T0, at(18), began=T0)

        assert found.foreseen[1] == took
        assert (found.foreseen[2], found.end) == (Span(at(18), at(38)), at(38))
        assert (found.planned_end, found.slip) == (at(60), timedelta(minutes=-22))
