"""Lines nested in an item that only say who does it or by when."""

from collections.abc import Iterator, Sequence

from intake.assignments import due_line, owner_line
from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Note
from intake.recognisers.claims import LIKELY, Finding


def recognise(blocks: Sequence[Block], _context: Context) -> Iterator[Finding]:
    for block in blocks:
        nested = block.kind in (BlockKind.ENTRY, BlockKind.PARAGRAPH) and block.parent is not None
        if not nested or block.box is not None:
            continue
        what = "owner" if owner_line(block.text) else "due time" if due_line(block.text) else ""
        if what:
            reason = f"the {what} of line {block.parent}"
            note = Note(block.text, block.line, reason, block.section, block.end)
            yield Finding(block, (note,), reason, LIKELY)
