"""Success criteria: what is judged after the deployment, and for how long it is watched."""

import re
from collections.abc import Iterator, Sequence

from deployments.conditions import ConditionError, seconds
from intake.blocks import Block, BlockKind, Box, plain
from intake.context import Context
from intake.limits import understand
from intake.reading import Criterion
from intake.recognisers.claims import Finding, by_topic, is_required
from intake.topics import Topic

_WATCH = re.compile(
    r"\b(?:monitor|watch|observe)\w*\b[^.]{0,60}?\bfor\s+(?:the\s+)?(?:first\s+|next\s+)?"
    r"(\d{1,4}\s*(?:minutes?|mins?|hours?|hrs?|h|days?|d))\b",
    re.IGNORECASE,
)
LONGEST = 300


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or place.topic is not Topic.CRITERIA:
            continue
        expression = understand(block.text, keys=context.metric_keys).expression
        criterion = Criterion(
            text=block.text, line=block.line, title=plain(block.text), expression=expression,
            parsed=expression is not None, watch=_watch(block, context),
            required=is_required(block.text), section=block.section, done=block.box is Box.DONE,
        )  # fmt: skip
        yield by_topic(block, place, criterion)


def watch_time(text: str) -> int | None:
    """Seconds for which a text asks to look on: “Monitor for 48 hours”."""
    found = _WATCH.search(text[:LONGEST])
    if found is None:
        return None
    try:
        return seconds(found[1])
    except ConditionError:
        return None


def _watch(block: Block, context: Context) -> int | None:
    said = watch_time(block.label)
    if said is None and block.section is not None:
        said = watch_time(context.document.headings[block.section].title)
    return said
