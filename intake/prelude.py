"""Front matter: the `---` block at the very top that site generators read as YAML.

It is read line by line and never loaded, so no anchor or tag of it does anything. A key over
nested keys gives them its name; a list or a folded text becomes the value of its key.
"""

import re
from dataclasses import replace

from intake.blocks import Block, BlockKind
from intake.boxes import looks_like_box

KEY_LINE = re.compile(r"[^\W\d_][\w .-]{0,60}[:：](?:\s.*)?")
_NESTED = re.compile(r"(\s*)([^\W\d_][\w .-]{0,60}):(?:\s+(.*))?")
_FOLDED = re.compile(r"[>|][+-]?\d?")
LONGEST = 500
LONGEST_KEY = 120


def prelude_blocks(lines: list[str]) -> tuple[list[Block], list[str]]:
    """Take front matter off the top; its lines stay in the body as blanks, so numbers hold."""
    end = _end_of_front_matter(lines)
    if end is None:
        return [], lines
    rows = [(number, row) for number, row in enumerate(lines[:end], start=1) if row.strip()]
    edges = [_block(number, row, BlockKind.STRUCTURE) for number, row in (rows[0], rows[-1])]
    return [edges[0], *_inner(rows[1:-1]), edges[1]], [""] * end + lines[end:]


def _end_of_front_matter(lines: list[str]) -> int | None:
    """The number of its last line; a rule over prose is no front matter, keys must follow it."""
    if lines[0].rstrip() != "---" or len(lines) < 2 or not KEY_LINE.fullmatch(lines[1].rstrip()):
        return None
    for number, row in enumerate(lines[1:LONGEST], start=2):
        if row.rstrip() in ("---", "..."):
            return number
        if looks_like_box(row):
            return None
    return None


def _inner(rows: list[tuple[int, str]]) -> list[Block]:
    blocks: list[Block] = []
    above: list[tuple[int, str]] = []  # indents and names of the open keys
    place = 0
    while place < len(rows):
        number, row = rows[place]
        key = _NESTED.fullmatch(row.rstrip())
        place += 1
        if key is None:
            comment = row.lstrip().startswith("#")
            kind = BlockKind.STRUCTURE if comment else BlockKind.KEY_LINE
            blocks.append(_block(number, row, kind))
            continue
        above = [(indent, name) for indent, name in above if indent < len(key[1])]
        name = " ".join([*(name for _, name in above), key[2].strip()])[:LONGEST_KEY]
        value = key[3] or ""
        if value and not _FOLDED.fullmatch(value):
            blocks.append(_block(number, f"{name}: {value.strip()}", BlockKind.KEY_LINE))
            continue
        deeper = _deeper(rows, place, len(key[1]))
        if deeper and (value or not _has_keys(deeper)):
            said = " ".join(part for _, part in deeper) if value else _joined(deeper)
            block = _block(number, f"{name}: {said}", BlockKind.KEY_LINE)
            blocks.append(replace(block, end=deeper[-1][0]))
            place += len(deeper)
        else:
            above.append((len(key[1]), key[2].strip()))
            blocks.append(_block(number, row, BlockKind.STRUCTURE))
    return blocks


def _deeper(rows: list[tuple[int, str]], place: int, indent: int) -> list[tuple[int, str]]:
    """The lines that belong to a key: indented more, or the dashes of a list right under it."""
    found = []
    for number, row in rows[place:]:
        width = len(row) - len(row.lstrip())
        if width <= indent and not (width == indent and row.lstrip().startswith("- ")):
            break
        found.append((number, row.strip()))
    return found


def _has_keys(rows: list[tuple[int, str]]) -> bool:
    return any(_NESTED.fullmatch(row.removeprefix("- ")) for _, row in rows)


def _joined(rows: list[tuple[int, str]]) -> str:
    return ", ".join(row.removeprefix("-").strip().strip("\"'") for _, row in rows)


def _block(number: int, row: str, kind: BlockKind) -> Block:
    return Block(kind, row.strip(), number, number, language="front matter")
