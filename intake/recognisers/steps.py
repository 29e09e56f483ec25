"""Steps of the runbook and of the rollback, as lists; shell fences are read in commands.py."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box, plain
from intake.context import Context
from intake.reading import Step
from intake.recognisers.claims import Finding, by_topic, is_required
from intake.topics import Place, Topic


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or not block.text:
            continue
        if place.topic in (Topic.STEPS, Topic.ROLLBACK) and _is_step(block, place):
            yield by_topic(block, place, make_step(block, context, plain(block.text)))


def make_step(block: Block, context: Context, title: str) -> Step:
    """The order and the commands are set once all steps are known."""
    place = context.place(block)
    is_rollback = place.topic is Topic.ROLLBACK
    return Step(
        text=block.text, line=block.line,
        kind="rollback_step" if is_rollback else "step", title=title, section=block.section,
        order=0, phase="rollback" if is_rollback else place.phase or "during", commands=(),
        language=block.language or "", has_box=block.box is not None,
        required=is_required(block.text), done=block.box is Box.DONE,
        **context.assignment(block).said(),
    )  # fmt: skip


def _is_step(block: Block, place: Place) -> bool:
    """A box or a number makes a step; a plain bullet only at the top of a list of steps."""
    if block.box is not None or block.ordered:
        return True
    return place.distance <= 1 and block.parent is None
