"""What a person says of a line holds, whatever was read there, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.exceptions import Invalid
from intake import definitions
from intake.reader import read
from intake.reading import Reading
from intake.review.corrections import corrected
from intake.review.kinds import KINDS, LISTS, Correction, entries_at, kind_of

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.md"))
DOCUMENT = """# Release 7

## Checklist
- [x] Back up the database
- [ ] Watch the error rate
  ```sh
  make watch
  ```

### Ready
- [ ] Yes
- [ ] No

## Sign-off
- [ ] Captain: the ship is sound

## Deployment steps
1. [ ] Stop the workers
2. [ ] Start the workers

Look at the dashboard now and then.
"""
LINES = DOCUMENT.splitlines()


def mended(*corrections: Correction) -> Reading:
    return corrected(read(DOCUMENT), corrections, LINES)


def at(text: str) -> int:
    return next(number for number, row in enumerate(LINES, start=1) if text in row)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"", "message", "left_out"}))
def test_line_becomes_what_a_person_says(kind: str) -> None:
    line = at("Watch the error rate")
    role = "security" if kind in ("approval", "authorization") else ""
    (entry,) = entries_at(mended(Correction(line, kind, role=role)), line)
    assert kind_of(entry) == kind
    if kind not in ("approval", "authorization"):
        assert "Watch the error rate" in entry.text


def test_line_left_out_is_nowhere_and_the_others_are_as_before() -> None:
    line, before = at("Back up"), read(DOCUMENT)
    after = mended(Correction(line, "left_out"))
    assert entries_at(after, line) == []
    assert [one.line for one in before.items] == sorted([*(i.line for i in after.items), line])
    assert after.steps == before.steps


def test_prose_becomes_a_step_after_those_before_it() -> None:
    line = at("Look at the dashboard")
    steps = mended(Correction(line, "step")).steps
    assert [(one.order, one.title) for one in steps] == [
        (1, "Stop the workers"),
        (2, "Start the workers"),
        (3, "Look at the dashboard now and then."),
    ]


def test_item_goes_to_another_section() -> None:
    reading = mended(Correction(at("Back up"), section=at("## Sign-off")))
    assert reading.sections[reading.items[0].section or 0].title == "Sign-off"
    assert reading.items[0].done


def test_commands_stay_with_their_line_whatever_it_is() -> None:
    line = at("Watch the error rate")
    for kind in ("item", "step"):
        items = definitions.checklist(mended(Correction(line, kind))).items
        (item,) = [one for one in items if one.line == line]
        assert [one["text"] for one in item.commands] == ["make watch"]


def test_unknown_role_is_mapped() -> None:
    line = at("Captain")
    assert [one.known_role for one in read(DOCUMENT).approvals] == [False]
    (rule,) = mended(Correction(line, role="operations", role_title="Operations")).approvals
    assert (rule.role, rule.role_title, rule.known_role) == ("operations", "Operations", True)


def test_condition_is_kept_as_the_portal_writes_it() -> None:
    line = at("Watch the error rate")
    (trigger,) = mended(Correction(line, "trigger", condition="error_rate>5%")).conditions
    assert (trigger.kind, trigger.expression, trigger.parsed) == (
        "trigger",
        "error_rate > 5 %",
        True,
    )


@pytest.mark.parametrize(
    ("correction", "sentence"),
    [
        (Correction(5, "trigger", condition="nonsense"), "no comparison"),
        (Correction(5, "message"), "names no time"),
        (Correction(5, section=2), "no heading"),
        (Correction(2, "item"), "no words"),
        (Correction(999, "item"), "no words"),
    ],
)
def test_what_a_line_cannot_be_is_refused_in_words(correction: Correction, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        mended(correction)


def test_choice_that_loses_an_option_leaves_the_other_as_an_item() -> None:
    assert len(read(DOCUMENT).choices) == 1
    reading = mended(Correction(at("- [ ] No"), "left_out"))
    assert reading.choices == ()
    assert "Yes" in [one.title for one in reading.items]


@given(data=st.data(), document=st.sampled_from(CORPUS))
def test_any_corrections_of_any_document_touch_their_own_lines_only(
    data: st.DataObject, document: Path
) -> None:
    text = document.read_bytes().decode("utf-8-sig", errors="replace")
    lines, reading = text.splitlines(), read(text)
    marked = data.draw(st.sets(st.integers(1, max(1, len(lines))), max_size=6))
    kinds = st.sampled_from(sorted(KINDS))
    asked = [Correction(line, data.draw(kinds), role="security") for line in sorted(marked)]
    try:
        after = corrected(reading, asked, lines)
    except Invalid:
        return
    in_choices = {line for one in reading.choices for line in one.lines}
    for name in LISTS:
        if name in ("steps", "gates", "choices"):
            continue
        untouched = [o for o in getattr(reading, name) if o.line not in marked | in_choices]
        still = [o for o in getattr(after, name) if o.line not in marked | in_choices]
        assert untouched == still
    for one in asked:
        if one.kind == "left_out":
            assert entries_at(after, one.line) == []
