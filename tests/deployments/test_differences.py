"""What changed between two stored contents, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.differences import Change, differences, entries, spans, touched

ITEM = {"key": "backup", "text": "Back up the database", "required": True, "after": [],
        "commands": []}  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
PLAIN = st.recursive(
    SCALARS,
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "text", "after", "a", "b"]), some, max_size=3)
    ),
    max_leaves=12,
)
CONTENTS = st.dictionaries(st.sampled_from(["deployment", "items", "rules", "new"]), PLAIN)


def said(change: Change) -> tuple[str, str, str, list[tuple[str, str, str]]]:
    fields = [(one.name, one.before, one.after) for one in change.fields]
    return change.part, change.kind, change.title, fields


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    return [said(change) for change in differences(before, after)]


def test_changed_field_is_said_before_and_after() -> None:
    after = {**ITEM, "text": "Back up all databases", "required": False}
    assert between({"items": [ITEM]}, {"items": [after]}) == [
        (
            "items",
            "changed",
            "Back up all databases",
            [("text", "Back up the database", "Back up all databases"), ("required", "yes", "no")],
        )
    ]


def test_new_and_gone_entries_are_told_with_what_they_say() -> None:
    new = {
        "key": "deploy",
        "text": "Deploy",
        "required": True,
        "irreversible": False,
        "after": ["backup"],
        "commands": [{"language": "bash", "text": "deploy --now"}],
    }
    fields = [
        ("key", "", "deploy"),
        ("required", "", "yes"),
        ("after", "", "Back up the database"),
        ("commands", "", "deploy --now (language: bash)"),
    ]
    assert between({"items": [ITEM]}, {"items": [new, ITEM]}) == [
        ("items", "added", "Deploy", fields)
    ]
    assert between({"items": [new, ITEM]}, {"items": [ITEM]}) == [
        ("items", "removed", "Deploy", [(name, now, "") for name, _, now in fields])
    ]


def test_place_in_the_list_says_nothing() -> None:
    other = {**ITEM, "key": "other"}
    assert between({"items": [ITEM, other]}, {"items": [other, ITEM]}) == []


def test_facts_lists_and_nested_settings_are_compared_too() -> None:
    before = {
        "deployment": {"commit": "aaa", "branch": ""},
        "rules": {"polled": ["security"], "rules": []},
        "gates": [{"key": "api", "title": "API", "settings": {"url": "/a", "status": 200}}],
    }
    after = {
        "deployment": {"commit": "bbb", "branch": ""},
        "rules": {"polled": ["business"], "rules": []},
        "gates": [{"key": "api", "title": "API", "settings": {"url": "/b", "status": 200}}],
    }
    assert between(before, after) == [
        ("deployment", "changed", "", [("commit", "aaa", "bbb")]),
        ("rules.polled", "added", "business", []),
        ("rules.polled", "removed", "security", []),
        ("gates", "changed", "API", [("settings.url", "/a", "/b")]),
    ]


def test_part_that_is_new_or_of_another_shape_is_compared() -> None:
    assert between({"plan": 3}, {"plan": 4}) == [("plan", "changed", "4", [("value", "3", "4")])]
    kinds = [(one.part, one.kind) for one in differences({"plan": [1]}, {"plan": {"a": 1}})]
    assert kinds == [("plan", "added"), ("plan", "removed")]


def test_entries_without_a_key_or_with_one_twice_are_all_kept() -> None:
    content = {"items": [{"text": "a"}, {"key": "b"}, {"key": "b", "text": "again"}, "c", "c"]}
    assert len(entries(content)) == 5


def test_versions_that_touched_an_entry_are_named_even_if_it_went_back() -> None:
    other = {**ITEM, "key": "other"}
    changed = {**ITEM, "text": "x"}
    versions = [
        (3, {"items": [ITEM]}),
        (4, {"items": [changed, other]}),
        (5, {"items": [changed, other]}),
        (7, {"items": [ITEM, other]}),
    ]
    assert touched(versions) == {("items", "backup"): [4, 7], ("items", "other"): [4]}
    assert touched([]) == touched(versions[:1]) == {}


def test_texts_are_told_apart_word_by_word() -> None:
    pieces = [(one.kind, one.text) for one in spans("Back up the database", "Back up a database")]
    assert pieces == [
        ("same", "Back up "), ("removed", "the"), ("added", "a"), ("same", " database")
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1500, 400_000])
def test_long_texts_are_shown_whole_rather_than_compared_for_minutes(size: int) -> None:
    before, after = "a " * size, "b " * size
    pieces = spans(before, after)
    assert [one.kind for one in pieces] == ["removed", "added"]
    assert "".join(one.text for one in pieces) == before + after


@settings(max_examples=150, deadline=None)
@given(CONTENTS, CONTENTS)
def test_any_two_contents_differ_where_they_are_not_equal(before: Any, after: Any) -> None:
    found = differences(before, after)
    assert bool(found) == (entries(before) != entries(after))
    assert differences(after, after) == []
    places = {change.place for change in found}
    assert places == set(touched([(1, before), (2, after)]))
    kinds = {"added": "removed", "removed": "added", "changed": "changed"}
    back = {change.place: change.kind for change in differences(after, before)}
    assert back == {change.place: kinds[change.kind] for change in found}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_say_both_texts_whole(before: str, after: str) -> None:
    pieces = spans(before, after)
    assert "".join(one.text for one in pieces if one.kind != "added") == before
    assert "".join(one.text for one in pieces if one.kind != "removed") == after
