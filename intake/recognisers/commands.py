"""Shell fences: a comment opens a step that holds the commands up to the next comment."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Command, Step
from intake.recognisers.claims import CERTAIN, LIKELY, Finding
from intake.recognisers.steps import make_step
from intake.topics import Topic

_NUMBERED = re.compile(r"(?:step\s+)?\d{1,3}\s*[.):-]\s*", re.IGNORECASE)
_ON_THE_DAY = frozenset([Topic.STEPS, Topic.ROLLBACK])


@dataclass
class _Group:
    """A step in the making: its comment, or its first command, and the commands under it."""

    opening: Block
    commands: list[Block] = field(default_factory=list)


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    shell = [block for block in blocks if block.kind in (BlockKind.COMMENT, BlockKind.COMMAND)]
    for _, lines in groupby(shell, key=lambda block: block.fence):
        for group in _grouped(list(lines)):
            yield from _read(group, context)


def _grouped(lines: list[Block]) -> Iterator[_Group]:
    group: _Group | None = None
    for block in lines:
        if group is None or block.kind is BlockKind.COMMENT:
            if group is not None:
                yield group
            group = _Group(block)
        if block.kind is BlockKind.COMMAND:
            group.commands.append(block)
    if group is not None:
        yield group


def _read(group: _Group, context: Context) -> Iterator[Finding]:
    opening, place = group.opening, context.place(group.opening)
    is_comment = opening.kind is BlockKind.COMMENT
    steps: tuple[Step, ...] = ()
    if is_comment or (place.topic in _ON_THE_DAY and opening.parent is None):
        title = _NUMBERED.sub("", opening.text, count=1) or opening.text
        steps = (make_step(opening, context, title),)
    if is_comment:
        yield Finding(opening, steps, "a comment in a shell fence opens a step", LIKELY)
        steps = ()
    for block in group.commands:
        line = opening.line if is_comment or block.parent is None else block.parent
        has_step = is_comment or bool(steps) or block.parent is not None
        command = Command(
            block.text, block.line, block.language or "", block.section, line if has_step else None
        )
        opens = steps if block is opening else ()
        yield Finding(block, (*opens, command), "a command in a shell fence", CERTAIN)
