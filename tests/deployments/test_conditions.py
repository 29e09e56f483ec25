from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.conditions import (
    ANCHORS,
    COMPARISONS,
    UNITS,
    Condition,
    ConditionError,
    parse,
    seconds,
)

numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=6, allow_nan=False)
metrics = st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True)
durations = st.integers(min_value=0, max_value=10**7)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    within = draw(st.none() | durations)
    return Condition(
        metric=draw(metrics),
        operator=draw(st.sampled_from(sorted(COMPARISONS))),
        number=draw(numbers),
        unit=draw(st.sampled_from(sorted(UNITS))),
        percentile=draw(st.none() | st.sampled_from([Decimal(50), Decimal("99.9")])),
        duration=draw(st.none() | durations),
        within=within,
        anchor=None if within is None else draw(st.sampled_from(ANCHORS)),
    )


@given(conditions())
def test_what_is_written_reads_back_as_the_same(condition: Condition) -> None:
    assert parse(str(condition)) == condition


@given(conditions(), numbers)
def test_explain_agrees_with_holds(condition: Condition, value: Decimal) -> None:
    assert (", needs " in condition.explain(value)) is not condition.holds(value)


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    refusals = []
    try:
        parse(text)
    except ConditionError as error:
        refusals.append(str(error))
    assert [refusal for refusal in refusals if not refusal.endswith(".")] == []


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("cache_hit_rate>85%", "cache_hit_rate > 85 %"),
        ("cache_hit_rate ≥ 85.50 %", "cache_hit_rate >= 85.5 %"),
        ("replicas = 3", "replicas == 3"),
        ("api_time p95 < 200ms for 5 minutes", "api_time p95 < 200 ms for 5 min"),
        ("hit_rate > 85 % within 1 hour of complete", "hit_rate > 85 % within 1 h of complete"),
        ("hit_rate > 85 % within 90s", "hit_rate > 85 % within 90 s of complete"),
        ("errors == 0 for 2d within 3 days of T0", "errors == 0 for 48 h within 72 h of t0"),
        ("delta > -0.5 s", "delta > -0.5 s"),
    ],
)
def test_spellings_have_one_canonical_form(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


def test_it_keeps_the_text_it_was_read_from() -> None:
    assert parse("cache_hit_rate>85%").text == "cache_hit_rate>85%"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The condition is empty; write it like “cache_hit_rate > 85 % for 5 min”."),
        ("hit rate", "“hit rate” has no comparison (< > <= >= ==); "),
        ("hit rate > 5", "“hit rate” is no metric key (letters, digits and _ without blanks); "),
        ("rate > much", "“much” does not start with a number; "),
        ("rate > 5 parrots", "“5 parrots” is not a number with %, ms, s or no unit, "),
        ("rate > 5 for 3 moons", "“3 moons” is no duration; write it like 90 s, 5 min or 1 h."),
        ("rate > 5 within 1 h of easter", "“easter” is no anchor; use one of t0, start, "),
        ("rate > 5 for 0.5 s", "“0.5 s” is no whole number of seconds; round it."),
        ("x" * 201, "A condition has at most 200 characters, this has 201."),
    ],
)
def test_a_refusal_says_what_would_be_right(text: str, sentence: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse(text)
    assert str(refused.value)[: len(sentence)] == sentence


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("rate > 85 %", "86", True),
        ("rate > 85 %", "85", False),
        ("rate >= 85 %", "85", True),
        ("rate < 0.1 %", "0.1", False),
        ("rate <= 0.1 %", "0.10", True),
        ("errors == 0", "0", True),
        ("errors == 0", "1", False),
    ],
)
def test_holds_at_the_edges(text: str, value: str, holds: bool) -> None:
    assert parse(text).holds(Decimal(value)) is holds


def test_times_are_compared_across_units() -> None:
    condition = parse("response_time < 200 ms")
    assert condition.holds(Decimal("0.199"), "s") is True
    assert condition.holds(Decimal("0.2"), "s") is False
    assert parse("response_time < 2 s").holds(Decimal(1999), "ms") is True


@pytest.mark.parametrize(
    ("value", "unit", "sentence"),
    [
        ("86", "ms", "86 ms is a time and rate is judged as a share; give the value in %."),
        ("86", "MB", "The unit “MB” is not known; use %, ms, s or none."),
        ("NaN", None, "rate has no finite value; measure a number."),
    ],
)
def test_a_value_that_cannot_be_compared_is_refused(
    value: str, unit: str | None, sentence: str
) -> None:
    with pytest.raises(ConditionError) as refused:
        parse("rate > 85 %").holds(Decimal(value), unit)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("rate > 85 %", "86", "86 % is more than 85 %"),
        ("rate > 85 %", "82.1", "82.1 %, needs more than 85 %"),
        ("rate < 200 ms", "250", "250 ms, needs less than 200 ms"),
        ("errors == 0", "0", "0 is exactly 0"),
        ("errors == 0", "3", "3, needs exactly 0"),
        ("rate >= 85 %", "85.0", "85 % is at least 85 %"),
    ],
)
def test_explain_says_it_in_words(text: str, value: str, words: str) -> None:
    assert parse(text).explain(Decimal(value)) == words


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("5 min", 300), ("1.5 h", 5400), ("2 Days", 172800)]
)
def test_durations_are_whole_seconds(text: str, expected: int) -> None:
    assert seconds(text) == expected
