"""Text that is kept on one line, whatever was typed or said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.fitting import cut, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b\x00\u2028c", "a Bcc: b c"),
        ("a\x00b", "a b"),
        ("  a \t\x1b[31m b\x85", "a [31m b"),
        ("no such\ud800 user", "no such user"),
        ("\x00", ""),
    ],
)
def test_line_holds_no_break_and_nothing_unseen(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_line_can_be_kept_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


def test_text_that_is_cut_says_so() -> None:
    assert [cut("abcde", longest) for longest in (None, 5, 4)] == ["abcde", "abcde", "abc…"]
