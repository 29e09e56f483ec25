from hypothesis import given
from hypothesis import strategies as st

from deployments.keys import kept_keys, unique_keys


def test_equal_titles_are_numbered_from_two() -> None:
    assert unique_keys(["Check", "Check", "check!", "☃"], taken=["check-2"]) == [
        "check", "check-3", "check-4", "unnamed",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=20)), st.lists(st.text(max_size=10)))
def test_keys_are_new_and_stand_once(titles: list[str], taken: list[str]) -> None:
    keys = unique_keys(titles, taken)
    assert len(set(keys)) == len(titles)
    assert not set(keys) & set(taken)


def test_thousands_of_equal_titles_stay_linear() -> None:
    assert unique_keys(["Same"] * 20_000)[-1] == "same-20000"


def test_given_keys_stay_as_they_are_and_new_ones_keep_off_them() -> None:
    assert kept_keys([None, "Check_2", "check", None], ["Check", "a", "b", "c"], ["c"]) == [
        "check-2", "Check_2", "check", "c-2",
    ]  # fmt: skip
