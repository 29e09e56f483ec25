"""A tick changes one line of five hundred; only that line is sent to a thousand pages.

A row is an outermost `li`, `tr` or `h3` with an id. Templates escape `<` in text and in
attributes, so tags can be found without a parser; what does not add up counts as one piece.
"""

import re

_TAG = re.compile(r"<(/?)(li|tr|h3)\b([^>]*)>")
# What needs no escaping in a selector.
_ID = re.compile(r'\sid="([A-Za-z][A-Za-z0-9_-]*)"')


def split(html: str) -> tuple[str, dict[str, str]]:
    """The fragment with its rows taken out, their names left in place; and the rows by name."""
    rows: dict[str, str] = {}
    rest: list[str] = []
    at = start = depth = 0
    name = inside = ""
    for tag in _TAG.finditer(html):
        closing, kind, attributes = tag.groups()
        if depth == 0:
            found = None if closing else _ID.search(attributes)
            if found:
                name, inside, start, depth = found[1], kind, tag.start(), 1
        elif kind == inside:
            depth += -1 if closing else 1
            if depth == 0:
                if name in rows:
                    return html, {}
                rest += [html[at:start], f"\0{name}\0"]
                rows[name] = html[start : tag.end()]
                at = tag.end()
    return "".join([*rest, html[at:]]), rows


def changed(before: str, after: str) -> dict[str, str] | None:
    """The rows that differ; None if anything around them does, so that all must be sent."""
    old, old_rows = split(before)
    new, new_rows = split(after)
    if old != new:
        return None
    return {name: row for name, row in new_rows.items() if row != old_rows[name]}
