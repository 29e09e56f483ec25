"""Reading a document: recognisers claim its blocks one after the other, each block once.

The account is complete: every line that is not blank belongs to exactly one claim (an entry, a
heading, structure, a note) or is listed as unread. Lines nested deeper than the parser goes are
unread. Nothing here knows the database or a service.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from intake import reading as r
from intake.assembling import in_order, named_once
from intake.blocks import Block, BlockKind, Box, Document
from intake.boxes import looks_like_box
from intake.context import Context
from intake.markdown import parse
from intake.recognisers import (
    approvals,
    assignments,
    authorization,
    choices,
    commands,
    conditions,
    criteria,
    facts,
    gates,
    items,
    messages,
    notes,
    steps,
    structure,
    tables,
    widgets,
)
from intake.recognisers.claims import Finding

Recogniser = Callable[[Sequence[Block], Context], Iterator[Finding]]
Told = Callable[[int], None]
# How much of the work, in percent, is done when the blocks stand and when they are recognised.
PARSED, RECOGNISED = 45, 90
E = TypeVar("E", bound=r.Entry)

# What is special comes before what takes the rest; what a line is about is decided by its topic,
# so the order between two topics does not matter.
RECOGNISERS: tuple[Recogniser, ...] = (
    structure.recognise,
    choices.recognise,
    tables.recognise,
    assignments.recognise,
    approvals.recognise,
    facts.recognise,
    gates.recognise,
    authorization.recognise,
    messages.recognise,
    conditions.recognise,
    criteria.recognise,
    widgets.recognise,
    commands.recognise,
    steps.recognise,
    items.recognise,
    notes.recognise,
)


def tell_nobody(percent: int) -> None:
    pass


def read(text: str, told: Told = tell_nobody) -> r.Reading:
    """Read any text; there is none that raises. `told` hears how far it is, in percent."""
    document = parse(text)
    told(PARSED)
    findings = list(_claimed(document, told))
    entries = [entry for finding in findings for entry in finding.entries]
    entries += _derived_facts(document)
    return r.Reading(
        **_box_counts(document),
        sections=_of(r.Section, entries),
        facts=_of(r.Fact, entries),
        gates=named_once(_of(r.Gate, entries)),
        items=_of(r.Item, entries),
        choices=_of(r.Choice, entries),
        steps=in_order(_of(r.Step, entries), _of(r.Command, entries)),
        commands=_of(r.Command, entries),
        conditions=_of(r.Condition, entries),
        criteria=_of(r.Criterion, entries),
        approvals=_of(r.Approval, entries),
        authorization=_of(r.Authorization, entries),
        messages=_of(r.Message, entries),
        widgets=_of(r.Widget, entries),
        notes=_of(r.Note, entries),
        unread=_unread(document),
        box_like_unread=_box_like_unread(document, findings),
        languages_of_fences=document.languages,
        claims=tuple(sorted(map(_claim, findings), key=lambda claim: claim.line)),
    )


def _claimed(document: Document, told: Told) -> Iterator[Finding]:
    context = Context(document)
    free: list[Block] = list(document.blocks)
    for number, recognise in enumerate(RECOGNISERS, start=1):
        taken: set[int] = set()
        for finding in recognise(free, context):
            if id(finding.block) not in taken:
                taken.add(id(finding.block))
                yield finding
        free = [block for block in free if id(block) not in taken]
        told(PARSED + (RECOGNISED - PARSED) * number // len(RECOGNISERS))


def _claim(finding: Finding) -> r.Claim:
    named = type(finding.entries[-1]).__name__.lower() if finding.entries else "structure"
    kind, block = finding.kind or named, finding.block
    return r.Claim(block.line, block.end, kind, finding.reason, finding.confidence)


def _of(kind: type[E], entries: Iterable[r.Entry]) -> tuple[E, ...]:
    return tuple(sorted((e for e in entries if isinstance(e, kind)), key=lambda e: e.line))


def _derived_facts(document: Document) -> Iterator[r.Fact]:
    """Facts on lines that are claimed already: attributes of headings, the time of the watch."""
    for index, heading in enumerate(document.headings):
        yield from facts.of_heading(dict(heading.attributes), heading.line, index)
    for block in document.blocks:
        if block.kind in (BlockKind.LABEL, BlockKind.PARAGRAPH, BlockKind.HEADING):
            watch = criteria.watch_time(block.text)
            if watch is not None:
                yield r.Fact(
                    block.text, block.line, "watch_seconds", "Watch", str(watch), block.section
                )
                return


def _box_counts(document: Document) -> dict[str, int]:
    boxes = [block for block in document.blocks if block.box is not None]
    return {
        "boxes_total": len(boxes),
        "boxes_done": sum(block.box is Box.DONE for block in boxes),
        "boxes_in_fences": sum(block.fence is not None for block in boxes),
        "boxes_quoted": sum(block.kind is BlockKind.QUOTED for block in boxes),
        "boxes_unusual": sum(not block.usual for block in boxes),
    }


def _box_like_unread(document: Document, findings: list[Finding]) -> tuple[int, ...]:
    """Lines that look like a box of which none was read, so that a person looks at them."""
    read_lines = {
        line
        for finding in findings
        if finding.block.box is not None
        or finding.kind
        or any(isinstance(entry, r.Choice) for entry in finding.entries)
        or finding.reason == "a comment"
        for line in finding.block.lines
    }
    rows = enumerate(document.lines, start=1)
    return tuple(n for n, row in rows if n not in read_lines and looks_like_box(row))


def _unread(document: Document) -> tuple[int, ...]:
    covered = {line for block in document.blocks for line in block.lines}
    rows = enumerate(document.lines, start=1)
    return tuple(number for number, row in rows if row.strip() and number not in covered)
