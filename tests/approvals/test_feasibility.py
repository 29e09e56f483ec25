"""Whether the people who may sign reach every count, each of them counted once."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.feasibility import Demand, crowded, people_of

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
