"""Whether the people who may sign reach every count, each of them counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from approvals.feasibility import Away, Demand, crowded, gaps, people_of

PEOPLE = st.frozensets(st.integers(1, 5), max_size=4)


def demand(title: str, count: int, *people: int) -> Demand:
    return Demand(title, count, frozenset(people), len(people))


def titles(*demands: Demand) -> list[str]:
    return [one.title for one in crowded(demands)]


def test_one_person_is_not_needed_twice_when_others_can_move() -> None:
    assert titles(demand("a", 1, 1, 2), demand("b", 1, 1)) == []
    assert titles(demand("a", 1, 1, 2), demand("b", 1, 1, 3), demand("c", 1, 1, 2)) == []


def test_roles_that_share_too_few_people_are_named_and_others_are_not() -> None:
    shared = (demand("a", 1, 1), demand("b", 1, 1))
    assert titles(demand("free", 1, 7), *shared) == ["a", "b"]
    assert people_of(shared) == 1


def test_count_that_is_short_by_itself_is_no_crowd() -> None:
    assert demand("a", 2, 1).is_short
    assert titles(demand("a", 2, 1)) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2), PEOPLE), max_size=4))
def test_answer_is_that_of_trying_every_order(drawn: list[tuple[int, frozenset[int]]]) -> None:
    demands = [Demand(str(place), count, who, len(who)) for place, (count, who) in enumerate(drawn)]
    alone = [one for one in demands if not one.is_short]
    seats = [one.eligible for one in alone for _ in range(one.count)]
    fits = any(
        all(person in eligible for person, eligible in zip(order, seats, strict=False))
        for order in permutations(range(1, 6), min(len(seats), 5))
    )
    assert (not crowded(demands)) is (fits and len(seats) <= 5)


START = datetime(2026, 11, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def away(person: int, first: int, last: int, stand_in: int | None = None) -> Away:
    return Away(person, day(first), day(last), stand_in)


def test_gap_is_the_time_in_which_all_holders_are_away() -> None:
    security = demand("Security", 1, 1, 2)

    [gap] = gaps([security], [away(1, 2, 6), away(2, 1, 5)], day(0), day(9))

    assert (gap.starts_at, gap.ends_at, gap.short) == (day(2), day(5), ("Security",))
    assert gap.away == {1, 2}


def test_stand_in_fills_the_gap_unless_away_or_needed_twice() -> None:
    a, b = demand("a", 1, 1), demand("b", 1, 2)
    assert gaps([a], [away(1, 1, 3, stand_in=7)], day(0), day(9)) == []
    assert len(gaps([a], [away(1, 1, 3, stand_in=7), away(7, 2, 9)], day(0), day(9))) == 1
    both = [away(1, 1, 3, stand_in=7), away(2, 2, 4, stand_in=7)]
    [gap] = gaps([a, b], both, day(0), day(9))
    assert (gap.starts_at, gap.ends_at, gap.short, gap.crowd) == (day(2), day(3), (), ("a", "b"))


def test_absence_after_the_deadline_and_what_is_short_anyway_are_no_gap() -> None:
    assert gaps([demand("a", 1, 1)], [away(1, 5, 6)], day(0), day(5)) == []
    assert gaps([demand("a", 2, 1)], [away(1, 1, 2)], day(0), day(5)) == []


ABSENCES = st.lists(
    st.tuples(
        st.integers(1, 5), st.integers(0, 5), st.integers(1, 3), st.none() | st.integers(1, 6)
    ),
    max_size=4,
    unique_by=lambda drawn: drawn[0],
)


def can_be_met(demands: list[Demand], absences: list[Away], at: datetime) -> bool:
    """By trying everybody who is there in every seat of every rule."""
    gone = {one.person: one.stand_in for one in absences if one.starts_at <= at < one.ends_at}
    seats = [one.eligible for one in demands for _ in range(one.count)]
    there = [person for person in range(1, 7) if person not in gone]

    def fits(person: int, eligible: frozenset[int]) -> bool:
        return person in eligible or any(gone.get(one) == person for one in eligible)

    return any(
        all(fits(person, eligible) for person, eligible in zip(order, seats, strict=True))
        for order in permutations(there, len(seats))
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2), PEOPLE), min_size=1, max_size=3), ABSENCES)
def test_gaps_are_those_of_trying_every_hour_and_every_order(
    drawn: list[tuple[int, frozenset[int]]],
    rows: list[tuple[int, int, int, int | None]],
) -> None:
    demands = [Demand(str(place), count, who, len(who)) for place, (count, who) in enumerate(drawn)]
    absences = [
        away(person, first, first + length, stand_in if stand_in != person else None)
        for person, first, length, stand_in in rows
    ]
    assume(can_be_met(demands, [], day(0)))

    found = gaps(demands, absences, day(0), day(8))

    for hour in range(0, 8 * 24, 12):
        at = START + timedelta(hours=hour)
        is_gap = any(one.starts_at <= at < one.ends_at for one in found)
        assert is_gap is not can_be_met(demands, absences, at)
