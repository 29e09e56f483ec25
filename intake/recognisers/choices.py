"""Exclusive choices, on one line or as a list of which every box is one of the words."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from intake.blocks import Block, BlockKind, Box, plain
from intake.choices import inline_choice, option_of
from intake.context import Context
from intake.reading import Choice
from intake.recognisers.claims import CERTAIN, LIKELY, Finding, is_required

UNTITLED = "Decision"


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    yield from _lists(blocks, context)
    for block in blocks:
        if block.kind in (BlockKind.ENTRY, BlockKind.PARAGRAPH) and "\n" not in block.text:
            found = inline_choice(block.text, boxed=block.box is not None)
            if found is not None:
                title, options, chosen = found
                if block.box is Box.DONE and not chosen:
                    chosen = options[0]
                choice = _choice(block, context, (title, options, chosen), (block.line,))
                yield Finding(block, (choice,), "words of which one is chosen", LIKELY)


def _lists(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    boxed = [one for one in blocks if one.kind is BlockKind.ENTRY and one.box is not None]
    for _, group in groupby(boxed, key=lambda one: (one.parent, one.label, one.section, one.fence)):
        entries = list(group)
        options = [option_of(one.text) for one in entries]
        said = tuple(option for option in options if option)
        if len(said) < 2 or len(said) != len(entries):
            continue
        ticked = [word for word, one in zip(said, entries, strict=True) if one.box is Box.DONE]
        chosen = ticked[0] if len(ticked) == 1 else ""
        lines = tuple(one.line for one in entries)
        choice = _choice(entries[0], context, ("", said, chosen), lines)
        yield Finding(entries[0], (choice,), "boxes of which one is chosen", CERTAIN)
        for other in entries[1:]:
            reason = f"an option of line {entries[0].line}"
            yield Finding(other, (), reason, CERTAIN, kind="choice")


def _choice(
    block: Block, context: Context, said: tuple[str, tuple[str, ...], str], lines: tuple[int, ...]
) -> Choice:
    title, options, chosen = said
    above = title or plain(block.label).strip(" :：") or context.title_above(block) or UNTITLED
    return Choice(
        text=block.text, line=block.line, title=above, options=options, chosen=chosen,
        lines=lines, phase=context.place(block).phase or "before",
        required=is_required(block.text), section=block.section,
    )  # fmt: skip
