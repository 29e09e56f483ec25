"""Check items: every task box that nothing more special has claimed."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box, plain
from intake.context import Context
from intake.reading import Item
from intake.recognisers.claims import CERTAIN, Finding, is_required


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        if block.kind is not BlockKind.ENTRY or block.box is None or not block.text:
            continue
        item = Item(
            text=block.text, line=block.line, title=plain(block.text), section=block.section,
            phase=context.place(block).phase or "before", required=is_required(block.text),
            done=block.box is Box.DONE, parent=block.parent,
            **context.assignment(block).said(),
        )  # fmt: skip
        yield Finding(block, (item,), "a task box", CERTAIN)
