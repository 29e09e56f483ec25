"""Gates: lines of a quality list that report a measured fact, such as “491/491 tests”."""

import re
from collections.abc import Iterator, Sequence

from intake.blocks import Block, BlockKind, Box, slug
from intake.context import Context
from intake.limits import understand
from intake.reading import Gate, Note
from intake.recognisers.claims import CERTAIN, Finding, by_topic, is_required, split_name
from intake.topics import Topic

_MEASURED = re.compile(r"\d+\s*/\s*\d+|\d\s*%")
_LIMIT_IN_BRACKETS = re.compile(r"\(([^()]*[<>≤≥=][^()]*)\)")
_HUMAN = re.compile(
    r"\b(?:human|manual|business|stakeholders?)\b.{0,60}"
    r"\b(?:validation|approvals?|sign[ -]?offs?|acceptance)\b",
    re.IGNORECASE,
)


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    for block in blocks:
        place = context.place(block)
        if block.kind is not BlockKind.ENTRY or place.topic is not Topic.GATES:
            continue
        title, claim = split_name(block.text)
        measured = _MEASURED.search(block.text)
        if _HUMAN.search(block.text) and not measured and context.has_approvals:
            reason = "asks for people, covered by sign-off"
            note = Note(block.text, block.line, reason, block.section, block.end)
            yield Finding(block, (note,), reason, CERTAIN)
        elif (title and claim) or measured:
            gate = _gate(block, title or block.text, claim, context)
            yield by_topic(block, place, gate)


def _gate(block: Block, title: str, claim: str, context: Context) -> Gate:
    limit = _LIMIT_IN_BRACKETS.search(claim)
    expression = understand(claim, keys=context.metric_keys).expression
    return Gate(
        text=block.text, line=block.line, key=slug(title, "-"), title=title, claim=claim,
        done=block.box is Box.DONE, condition=limit[1] if limit else "", expression=expression,
        parsed=expression is not None, required=is_required(block.text), section=block.section,
    )  # fmt: skip
