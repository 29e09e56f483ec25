"""Headings, labels, fence delimiters, rules, comments: lines that give shape, not content."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Section
from intake.recognisers.claims import CERTAIN, Finding


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    headings = {heading.line: heading for heading in context.document.headings}
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            found = headings[block.line]
            section = Section(
                block.text, block.line, found.title, found.path, found.level, dict(found.attributes)
            )
            yield Finding(block, (section,), "a heading", CERTAIN)
        elif block.kind is BlockKind.LABEL:
            yield Finding(block, (), "a label of what follows", CERTAIN)
        elif block.kind is BlockKind.STRUCTURE:
            yield Finding(block, (), "structure", CERTAIN)
        elif _introduces(block):
            yield Finding(block, (), "a label of what is nested in it", CERTAIN)


def _introduces(block: Block) -> bool:
    return block.kind is BlockKind.ENTRY and block.box is None and block.text.endswith(":")
