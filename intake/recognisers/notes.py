"""Notes: text that nobody claimed; it is kept with the reason, never dropped."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Note
from intake.recognisers.claims import WEAK, Finding

_REASONS = {
    BlockKind.PARAGRAPH: "plain text",
    BlockKind.ROW: "a row of a table",
    BlockKind.KEY_LINE: "a line of front matter",
    BlockKind.CODE: "code or text that is no list",
    BlockKind.MARKUP: "HTML",
    BlockKind.QUOTED: "a line of a quoted template",
}


def recognise(blocks: Sequence[Block], _context: Context) -> Iterator[Finding]:
    for block in blocks:
        reason = _REASONS.get(block.kind) or _reason_of_entry(block)
        note = Note(block.text, block.line, reason, block.section, block.end)
        yield Finding(block, (note,), reason, WEAK)


def _reason_of_entry(block: Block) -> str:
    if block.box is not None:
        return "a box without text"
    if block.parent is not None:
        return f"a detail of line {block.parent}"
    return "a list line without a box"
