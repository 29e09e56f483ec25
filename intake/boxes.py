"""Boxes that people tick, in all the ways in which they are written.

A usual box is what GFM takes for one: `[ ]`, `[x]` or `[X]` and a blank. Others stand for the
same: `[~]` and `[-]`, `[✅]`, `☐` and `☑`, `\\[ \\]` of exported documents, a box at the end.
"""

import re
from dataclasses import dataclass

from intake.blocks import Box

TASK = re.compile(r"\[([ xX])\][ \t\n\v\f\r]+(?=[^ \t\n\v\f\r])")
_DONE, _HALF, _OTHER = "xXvVхХ✓✔✅☑☒√", "~/>…⏳", "!?❌✗✘✖-"
_MARK = (
    rf"[ \t\u00a0\u3000]{{0,3}}(?P<mark>[{_DONE}{_HALF}{_OTHER}]?)\ufe0f?[ \t\u00a0\u3000]{{0,3}}"
)
_BRACKETS = re.compile(rf"(?:\*\*|__|[*_])?\\?[\[［]{_MARK}\\?[\]］](?![(\[:])")
_EMPTY, _FULL, _SPOKEN = "☐⬜◻▢□🔲", "☑☒🗹", "✅✔✓❌✗✘"
_SYMBOL = re.compile(rf"(?P<mark>[{_EMPTY}{_FULL}])\ufe0f?\s*")
_WORD = re.compile(rf"(?P<mark>[{_SPOKEN}])\ufe0f?\s*")
_INPUT = re.compile(r"<input\b(?=[^<>]{0,80}checkbox)[^<>]{0,120}>\s*", re.IGNORECASE)
_AT_END = re.compile(rf"\s(?:\[(?P<inner>[ xX])\]|(?P<mark>[{_EMPTY}{_FULL}])\ufe0f?)$")
_MARKER = re.compile(r"(?:[-*+•·–—‣▪◦●○]|\d{1,3}[.)、．])?[ \t]*")
_ANY = re.compile(rf"\\?[\[［(][ xX~\u00a0\u3000]?\\?[\]］)](?![(\[:])|[{_EMPTY}{_FULL}]\ufe0f?")
_LIKE = re.compile(
    rf"\s*(?:>\s*)*(?:[-*+•·–—‣]|\d{{1,3}}[.)])?\s*"
    rf"(?:\\?\[[ \t]{{0,3}}[{_DONE}{_HALF}{_OTHER}]?[ \t]{{0,3}}\\?\](?![(\[:])|[{_EMPTY}{_FULL}])"
)
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Boxed:
    """A box and the text that it stands for; `usual` if every Markdown reader sees it too."""

    box: Box
    text: str
    usual: bool = True


def box_of_entry(text: str, *, symbols: bool = False) -> Boxed | None:
    """The box of a list line; with `symbols`, ✅ and ❌ are boxes too, as beside ⬜ and ☐."""
    task = TASK.match(text)
    if task:
        return Boxed(_state(task[1].strip()), text[task.end() :])
    return _other_box(text, symbols=symbols) or _box_at_end(text)


def bare_box(row: str, *, symbols: bool = False) -> Boxed | None:
    """The box of a line of prose; after brackets a blank must follow, they could be anything."""
    marker = _MARKER.match(row)
    text = row[marker.end() :] if marker else row
    if text[:1] in "[［\\" and not _followed_by_blank(text):
        return None
    return _other_box(text, symbols=symbols)


def box_in_cell(text: str) -> Boxed | None:
    """The box of a cell of a table, alone or in front of its text."""
    for pattern in (_BRACKETS, _SYMBOL, _INPUT):
        found = pattern.match(text)
        if found:
            state = _state_of(pattern, found)
            return Boxed(state, text[found.end() :].strip(), usual=False)
    return None


def parts_between_boxes(text: str) -> list[tuple[bool, str]]:
    """“Decision: [x] GO [ ] NO-GO” in parts: what stands in front, then each box."""
    found = list(_ANY.finditer(text[:LONGEST]))
    ends = [one.start() for one in found[1:]] + [len(text)]
    front = text[: found[0].start()] if found else text
    parts = [
        (_ticked(one[0]), text[one.end() : end]) for one, end in zip(found, ends, strict=False)
    ]
    return [(False, front), *parts]


def looks_like_box(row: str) -> bool:
    return _LIKE.match(row) is not None


def uses_symbols(lines: list[str]) -> bool:
    """Whether a document has empty symbols as boxes, so that ✅ in front of a line is a tick."""
    return any(_SYMBOL.match(row.lstrip(" \t>-*+").lstrip("0123456789.) ")) for row in lines)


def _other_box(text: str, *, symbols: bool) -> Boxed | None:
    for pattern in (_BRACKETS, _SYMBOL, _INPUT, *((_WORD,) if symbols else ())):
        found = pattern.match(text)
        if found and text[found.end() :].strip(" \t\n*_"):
            opened = found[0][:2] if found[0][:2] in ("**", "__") else ""
            return Boxed(_state_of(pattern, found), opened + text[found.end() :].lstrip(), False)
    return None


def _box_at_end(text: str) -> Boxed | None:
    found = _AT_END.search(text, max(0, len(text) - 8))
    if found is None or len(_ANY.findall(text[:LONGEST])) != 1:
        return None
    done = found["inner"] in ("x", "X") or (found["mark"] or " ") in _FULL
    rest = text[: found.start()].rstrip()
    return Boxed(Box.DONE if done else Box.OPEN, rest, usual=False) if rest else None


def _followed_by_blank(text: str) -> bool:
    found = _BRACKETS.match(text)
    return found is not None and text[found.end() : found.end() + 1].isspace()


def _state_of(pattern: re.Pattern[str], found: re.Match[str]) -> Box:
    if pattern is _INPUT:
        return Box.DONE if "checked" in found[0].lower().replace("checkbox", "") else Box.OPEN
    return _state(found["mark"])


def _state(mark: str) -> Box:
    if mark and mark in _DONE + _FULL:
        return Box.DONE
    return Box.HALF if mark and mark in _HALF else Box.OPEN


def _ticked(box: str) -> bool:
    return any(mark in box for mark in "xX☑☒🗹")
