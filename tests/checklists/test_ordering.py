from hypothesis import given
from hypothesis import strategies as st

from checklists.ordering import circle, rewired

runs = st.lists(st.integers(1, 50), unique=True, max_size=8)


def chain(order: list[int]) -> dict[int, set[int]]:
    return {step: {order[place - 1]} if place else set() for place, step in enumerate(order)}


def test_circle_names_the_way_back_to_the_step() -> None:
    assert circle({1: {2}, 2: {3}, 3: {1}}, 1) == [1, 2, 3, 1]


def test_circle_of_a_step_that_waits_for_itself() -> None:
    assert circle({1: {1}}, 1) == [1, 1]


def test_no_circle_where_two_ways_lead_to_the_same_step() -> None:
    assert circle({1: {2, 3}, 2: {4}, 3: {4}, 4: set()}, 1) == []


def test_circle_elsewhere_is_not_the_steps_own() -> None:
    assert circle({1: {2}, 2: {3}, 3: {2}}, 1) == []


@given(runs, st.randoms())
def test_run_is_a_run_in_any_other_order(old: list[int], random: object) -> None:
    new = list(old)
    random.shuffle(new)  # type: ignore[attr-defined]
    before = chain(old)
    assert before | rewired(old, new, before) == chain(new)


@given(runs, st.integers(0, 7))
def test_run_closes_where_a_step_is_taken_out(old: list[int], at: int) -> None:
    new = [step for place, step in enumerate(old) if place != at]
    before = chain(old)
    after = {step: earlier for step, earlier in (before | rewired(old, new, before)).items()
             if step in new}  # fmt: skip
    assert after == chain(new)


@given(runs, runs)
def test_new_steps_follow_where_the_others_do(old: list[int], more: list[int]) -> None:
    new = [*old, *(step for step in more if step not in old)]
    before = chain(old)
    assert {step: (before | rewired(old, new, before)).get(step, set()) for step in new} == chain(
        new
    )


def test_steps_without_an_order_get_none() -> None:
    assert rewired([1, 2, 3], [3, 1, 2], {1: set(), 2: set(), 3: set()}) == {}


def test_step_that_waits_for_something_else_keeps_it() -> None:
    before = {1: set(), 2: {1}, 3: {1}, 4: {3}}
    assert rewired([1, 2, 3, 4], [3, 1, 2, 4], before) == {1: {3}, 4: {2}}
