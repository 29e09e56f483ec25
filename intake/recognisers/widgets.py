"""Widgets of a dashboard: a name and the metrics that it shows."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.reading import Widget
from intake.recognisers.claims import Finding, by_topic, split_name
from intake.topics import Topic


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        is_line = block.kind is BlockKind.ENTRY and block.box is None
        if not is_line or place.topic is not Topic.WIDGETS:
            continue
        title, shown = split_name(block.text)
        if title:
            metrics = tuple(name.strip() for name in shown.split(",") if name.strip())
            widget = Widget(block.text, block.line, title, metrics, block.section)
            yield by_topic(block, place, widget)
