"""The judge against a plain model that is written differently: from each prefix, by its text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gates.streaks import Judgment, Limits, Observation, judge, judge_look, judge_report

OUTCOMES = ("good", "warn", "bad", "no_data", "error")
LETTERS = {"good": "g", "warn": "w", "bad": "b", "no_data": "n", "error": "e"}
limits_of = st.builds(
    Limits,
    need_good=st.integers(1, 4),
    max_bad=st.integers(0, 5),
    max_bad_streak=st.integers(0, 4),
    max_error_streak=st.integers(0, 5),
    on_no_data=st.sampled_from(["wait", "bad", "end"]),
)


def streak(of: str, text: str) -> int:
    """How long the text's tail is made of these letters only."""
    return len(text) - len(text.rstrip(of))


def model(outcomes: list[str], limits: Limits, *, is_expired: bool) -> str:
    """The rules of SEMANTICS §4 as questions to the text of what happened so far."""
    for end in range(1, len(outcomes) + 1):
        past = "".join(LETTERS[outcome] for outcome in outcomes[:end])
        if limits.on_no_data == "bad":
            past = past.replace("n", "b")
        judged = re.sub("[ne]", "", past)
        errors = streak("e", past.replace("n", ""))
        if errors > limits.max_error_streak:
            return "errored"
        bad_streak = streak("b", judged)
        if judged.count("b") > limits.max_bad or bad_streak > limits.max_bad_streak:
            return "failed"
        if past[-1] == "n" and limits.on_no_data == "end":
            return "inconclusive"
        if past[-1] in "gw" and streak("gw", judged) >= limits.need_good:
            return "warned" if past[-1] == "w" else "passed"
    return "inconclusive" if is_expired else "sampling"


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(OUTCOMES), max_size=30), limits_of, st.booleans())
def test_judge_agrees_with_the_plain_model(outcomes, limits, is_expired):
    samples = [Observation(outcome) for outcome in outcomes]
    found = judge(samples, limits, is_expired=is_expired)
    assert found.state == model(outcomes, limits, is_expired=is_expired)


@given(
    st.lists(st.sampled_from(["no_data", "error", "bad"]), max_size=40), limits_of, st.booleans()
)
def test_nothing_passes_without_a_good_sample(outcomes, limits, is_expired):
    samples = [Observation(outcome) for outcome in outcomes]
    assert judge(samples, limits, is_expired=is_expired).state not in {"passed", "warned"}


@given(
    st.lists(st.sampled_from(OUTCOMES), max_size=20), limits_of, st.lists(st.sampled_from(OUTCOMES))
)
def test_a_verdict_stands_whatever_comes_later(outcomes, limits, later):
    first = judge([Observation(outcome) for outcome in outcomes], limits)
    if first.ends:
        assert judge([Observation(outcome) for outcome in (*outcomes, *later)], limits) == first


def test_failed_names_the_sample_that_decided():
    samples = [Observation("good", "answered 200"), Observation("bad", "answered 503, needs 200")]
    limits = Limits(need_good=3, max_bad=0, max_bad_streak=3)
    assert judge(samples, limits) == Judgment("failed", "answered 503, needs 200")


def test_time_over_says_how_far_it_came():
    samples = [Observation("good", "answered 200"), Observation("error", "refused")]
    found = judge(samples, Limits(need_good=3), is_expired=True)
    assert found.reason == "Time ran out at 1 of 3 good in a row; last: refused"


def test_no_sample_at_all_never_passes():
    assert judge([], Limits(), is_expired=True).state == "inconclusive"


def model_of_looks(outcomes: list[str], limits: Limits, *, is_expired: bool) -> str:
    """What SEMANTICS §4 says of samples after the pass, asked of the text of what happened."""
    past = "".join(LETTERS[outcome] for outcome in outcomes)
    if limits.on_no_data == "bad":
        past = past.replace("n", "b")
    if streak("e", past.replace("n", "")) > limits.max_error_streak:
        return "errored"
    if past.endswith("b"):
        is_over = streak("b", re.sub("[ne]", "", past)) >= max(1, limits.max_bad_streak)
        return "failed" if is_over else "warned"
    if past.endswith(("g", "w")):
        return {"g": "passed", "w": "warned"}[past[-1]]
    gives_up = past.endswith("n") and limits.on_no_data == "end"
    return "inconclusive" if is_expired or gives_up else "sampling"


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(OUTCOMES), max_size=20), limits_of, st.booleans())
def test_looks_agree_with_the_plain_model(outcomes, limits, is_expired):
    samples = [Observation(outcome) for outcome in outcomes]
    found = judge_look(samples, limits, is_expired=is_expired)
    assert found.state == model_of_looks(outcomes, limits, is_expired=is_expired)


def test_report_is_judged_by_its_one_reading():
    assert {outcome: judge_report(Observation(outcome)).state for outcome in OUTCOMES} == {
        "good": "passed", "warn": "warned", "bad": "failed", "no_data": "inconclusive",
        "error": "errored",
    }  # fmt: skip
