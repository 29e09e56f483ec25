"""Front matter: the `---` block at the very top that site generators read as YAML."""

import re

from intake.blocks import Block, BlockKind

KEY_LINE = re.compile(r"[A-Za-z][\w .-]{0,60}:(?:\s.*)?")
LONGEST = 500


def prelude_blocks(lines: list[str]) -> tuple[list[Block], list[str]]:
    """Take front matter off the top; its lines stay in the body as blanks, so numbers hold."""
    end = _end_of_front_matter(lines)
    if end is None:
        return [], lines
    blocks = [
        Block(_kind(row, number, end), row.strip(), number, number, language="front matter")
        for number, row in enumerate(lines[:end], start=1)
        if row.strip()
    ]
    return blocks, [""] * end + lines[end:]


def _end_of_front_matter(lines: list[str]) -> int | None:
    """The number of its last line; a rule over prose is no front matter, keys must follow it."""
    if lines[0].rstrip() != "---" or len(lines) < 2 or not KEY_LINE.fullmatch(lines[1].rstrip()):
        return None
    for number, row in enumerate(lines[1:LONGEST], start=2):
        if row.rstrip() in ("---", "..."):
            return number
    return None


def _kind(row: str, number: int, end: int) -> BlockKind:
    return BlockKind.STRUCTURE if number in (1, end) else BlockKind.KEY_LINE
