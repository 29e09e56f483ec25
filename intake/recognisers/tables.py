"""Tables with a meaning: approvals, limits, messages, steps, gates, facts, and rows of checks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from intake.assignments import assignment
from intake.blocks import Block, BlockKind, Box, plain, slug
from intake.boxes import box_in_cell
from intake.choices import option_of
from intake.context import Context
from intake.limits import understand
from intake.moments import exact_moment, moment
from intake.reading import Approval, Choice, Condition, Entry, Fact, Gate, Item, Message, Step
from intake.recognisers.claims import CERTAIN, LIKELY, Finding, is_required
from intake.recognisers.facts import KNOWN_KEYS
from intake.recognisers.messages import KINDS
from intake.roles import known_role, role_of
from intake.statuses import is_blank, state_of
from intake.tables import Column, columns, titled
from intake.topics import Place, Topic


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the header, with the places of the columns that are known."""

    block: Block
    columns: dict[Column, int]
    place: Place
    context: Context

    def cell(self, *wanted: Column) -> str:
        for column in wanted:
            place = self.columns.get(column)
            if place is not None and place < len(self.block.cells) and self.block.cells[place]:
                return self.block.cells[place]
        return ""

    def text(self, *but: Column) -> str:
        """The first cell that says something in words and is in none of these columns."""
        out = {self.columns[column] for column in (Column.NUMBER, *but) if column in self.columns}
        for place, cell in enumerate(self.block.cells):
            boxed = box_in_cell(cell)
            words = boxed.text if boxed else cell
            if place not in out and words and state_of(words) is None:
                return plain(words)
        return ""

    @property
    def entry(self) -> tuple[str, int]:
        return self.block.text, self.block.line

    @property
    def box(self) -> Box | None:
        boxes = (box_in_cell(cell) for cell in self.block.cells)
        found = next((one.box for one in boxes if one), None)
        return found or next(filter(None, map(state_of, self.states)), None)

    @property
    def states(self) -> list[str]:
        cells = self.block.cells
        places = titled(self.block.header, Column.STATUS)
        return [cells[place] for place in places if place < len(cells)]

    @property
    def assigned(self) -> dict[str, Any]:
        due = exact_moment(self.cell(Column.DUE)) if Column.DUE in self.columns else None
        own = assignment(self.cell(Column.OWNER, Column.PERSON), due)
        found = own if own.owner or due else self.context.assignment(self.block)
        return found.said()


_SIGNING = {Column.ROLE, Column.SIGNATURE, Column.PERSON, Column.STATUS}
_KINDS = {
    Topic.TRIGGERS: "trigger", Topic.ALERTS: "alert", Topic.METRICS: "metric",
    Topic.TARGETS: "target",
}  # fmt: skip
Reader = Callable[[Row], Iterable[Entry]]


def recognise(blocks: Sequence[Block], context: Context) -> Iterator[Finding]:
    rows = [block for block in blocks if block.kind is BlockKind.ROW and block.table is not None]
    for _, group in groupby(rows, key=lambda block: block.table):
        head, *body = group
        known, place = columns(head.header), context.place(head)
        read, what = _reader(known, place, body)
        if read is None:
            continue
        claimed = False
        for block in body:
            entries = tuple(read(Row(block, known, place, context)))
            if entries:
                claimed = True
                yield Finding(block, entries, f"a row of a table of {what}", LIKELY)
        if claimed:
            yield Finding(head, (), "the header of a table", CERTAIN)


def _reader(known: dict[Column, int], place: Place, body: list[Block]) -> tuple[Reader | None, str]:
    """What a table is about: its columns say it, else the words above it."""
    topic, has = place.topic, known.keys()
    signing = Column.SIGNATURE in has or bool(has & {Column.STATUS, Column.DATE})
    if (Column.ROLE in has and signing) or (topic is Topic.APPROVALS and has & _SIGNING):
        return _approval, "approvals"
    limits = has & {Column.LIMIT, Column.WARNING, Column.CRITICAL}
    if (limits and (Column.METRIC in has or topic in _KINDS)) or (
        topic in _KINDS and not _has_box(body)
    ):
        return _conditions, "limits"
    if topic is Topic.MESSAGES and not _has_box(body):
        return _message, "messages"
    if topic is Topic.GATES:
        return _gate, "gates"
    if topic in (Topic.STEPS, Topic.ROLLBACK):
        return _step, "steps"
    if _has_box(body) or Column.STATUS in known:
        return _check, "checks"
    if Column.KEY in known and Column.VALUE in known:
        return _fact, "facts"
    if Column.DUE in known and bool(known.keys() & {Column.OWNER, Column.NUMBER, Column.COMMAND}):
        return _step, "steps"
    return None, ""


def _has_box(body: list[Block]) -> bool:
    return any(box_in_cell(cell) for block in body for cell in block.cells)


def _approval(row: Row) -> Iterator[Approval]:
    said = row.cell(Column.ROLE) or row.text(Column.SIGNATURE, Column.DATE, Column.STATUS)
    name = row.cell(Column.PERSON, Column.OWNER)
    title = said or name
    if is_blank(title) or not title:
        return
    role = known_role(title) or role_of(title)
    mark = row.cell(Column.SIGNATURE) if Column.SIGNATURE in row.columns else ""
    date = row.cell(Column.DATE)
    if Column.SIGNATURE in row.columns:
        done = not is_blank(mark) and state_of(mark) is not Box.OPEN
    elif row.box is not None or Column.STATUS in row.columns:
        done = row.box is Box.DONE
    else:
        done = bool(date) and not is_blank(date)
    yield Approval(
        *row.entry, role=role.key, role_title=role.title, known_role=role.known,
        statement=row.cell(Column.VALUE, Column.LIMIT), section=row.block.section, done=done,
        person="" if is_blank(name) or name == title else plain(name),
        signed=plain(f"{mark if done else ''} {date if done else ''}"),
    )  # fmt: skip


def _conditions(row: Row) -> Iterator[Condition]:
    kind = _KINDS.get(row.place.topic, "target") if row.place.topic else "target"
    name = row.cell(Column.METRIC) or row.text(
        Column.LIMIT, Column.WARNING, Column.CRITICAL, Column.DURATION
    )
    sides = [(row.cell(Column.WARNING), "warning"), (row.cell(Column.CRITICAL), "critical")]
    limits: list[tuple[str, str | None]] = [one for one in sides if one[0]]
    if limits:
        kind = "alert" if kind != "trigger" else kind
    for limit, severity in limits or [(row.cell(Column.LIMIT), None)]:
        text = " ".join(part for part in (name, limit) if part)
        duration = row.cell(Column.DURATION)
        found = understand(
            f"{text} for {duration}" if duration else text, keys=row.context.metric_keys
        )
        if text:
            yield Condition(
                *row.entry, kind=kind, title=plain(text), metric=found.metric,
                expression=found.expression, parsed=found.parsed,
                severity=severity if kind == "alert" else None, section=row.block.section,
                done=False, bounds=found.bounds,
            )  # fmt: skip


def _message(row: Row) -> Iterator[Message]:
    cells = [row.cell(Column.DUE)] if Column.DUE in row.columns else list(row.block.cells)
    for cell in cells:
        when = moment(cell)
        if when is not None:
            rest = " · ".join(one for one in row.block.cells if one and one != cell)
            yield Message(
                *row.entry, kind=KINDS.get(when, "generic"), anchor=when.anchor,
                offset=when.offset, title=plain(cell), statement=rest, section=row.block.section,
            )  # fmt: skip
            return


def _gate(row: Row) -> Iterator[Gate]:
    title = row.text()
    limit = row.cell(Column.LIMIT)
    rest = [cell for cell in row.block.cells if cell and plain(cell) not in (title, limit)]
    claim = " · ".join(one for one in rest if state_of(one) is None)
    found = understand(f"{title} {limit}", keys=row.context.metric_keys)
    if title:
        yield Gate(
            *row.entry, key=slug(title, "-"), title=title, claim=claim, done=row.box is Box.DONE,
            condition=limit, expression=found.expression, parsed=found.parsed,
            required=is_required(row.block.text), section=row.block.section,
        )  # fmt: skip


def _step(row: Row) -> Iterator[Step]:
    title = row.text(Column.DUE, Column.OWNER, Column.STATUS, Column.PERSON)
    is_rollback = row.place.topic is Topic.ROLLBACK
    if title:
        yield Step(
            *row.entry, kind="rollback_step" if is_rollback else "step", title=title,
            section=row.block.section, order=0,
            phase="rollback" if is_rollback else row.place.phase or "during", commands=(),
            language="", has_box=row.box is not None, required=is_required(row.block.text),
            done=row.box is Box.DONE, **row.assigned,
        )  # fmt: skip


def _check(row: Row) -> Iterator[Item | Choice]:
    title = row.text(Column.OWNER, Column.DUE, Column.DATE, Column.PERSON)
    phase = row.place.phase or "before"
    common: dict[str, Any] = {"phase": phase, "required": is_required(row.block.text)}
    options = _options(row)
    if title and len(options) > 1:
        ticked = [word for word, box in options if box is Box.DONE]
        yield Choice(
            *row.entry, title=title, options=tuple(word for word, _ in options),
            chosen=ticked[0] if len(ticked) == 1 else "", lines=(row.block.line,),
            section=row.block.section, **common,
        )  # fmt: skip
    elif title:
        yield Item(
            text=row.block.text, line=row.block.line, title=title,
            section=row.block.section, done=row.box is Box.DONE,
            parent=None, **common, **row.assigned,
        )  # fmt: skip


def _options(row: Row) -> list[tuple[str, Box]]:
    """Boxes in columns whose titles are words of a choice, such as Yes and No."""
    pairs = zip(row.block.header, row.block.cells, strict=False)
    boxed = [(option_of(title), box_in_cell(cell)) for title, cell in pairs]
    return [(word, one.box) for word, one in boxed if word and one]


def _fact(row: Row) -> Iterator[Fact]:
    title, value = plain(row.cell(Column.KEY)), row.cell(Column.VALUE).strip("`\"' ")
    if title and value:
        key = KNOWN_KEYS.get(slug(title), slug(title))
        yield Fact(*row.entry, key, title, value, row.block.section)
