"""The message plan: when something is said, and what."""

from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind
from intake.context import Context
from intake.moments import Moment, moment
from intake.reading import Message
from intake.recognisers.claims import Finding, by_topic, split_name
from intake.topics import Topic

DAY, TWO_HOURS = 86400, 7200
KINDS = {
    Moment("t0", -DAY): "notice_24h",
    Moment("t0", -TWO_HOURS): "notice_2h",
    Moment("start", 0): "start",
    Moment("complete", 0): "complete",
    Moment("complete", DAY): "summary_24h",
}


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or place.topic is not Topic.MESSAGES:
            continue
        title, statement = split_name(block.text)
        when = moment(title or block.text)
        if when is None:
            continue
        message = Message(
            text=block.text, line=block.line, kind=KINDS.get(when, "generic"),
            anchor=when.anchor, offset=when.offset, title=title or block.text,
            statement=statement, section=block.section,
        )  # fmt: skip
        yield by_topic(block, place, message)
