"""The runbook as every viewer sees it: what is done now, what comes next, and when it will end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Right

from checklists import leftovers
from checklists.asked import asked_now
from checklists.day.policies import RUNNING
from checklists.enums import ItemState, Kind, Phase
from checklists.filters import KINDS
from checklists.forecast import Forecast, Span, total
from checklists.models import Attempt, Item, Section
from checklists.rows import Group, Row, groups_of
from checklists.timing import foreseen, steps_of
from deployments import clock
from deployments.conditions import length
from deployments.enums import State, Subject
from deployments.models import Comment, Deployment

MINUTE = timedelta(minutes=1)
SHOWN_OUTPUT = 2000
MOST_NOTES = 1000


@dataclass(frozen=True)
class Line:
    """A step with its times, its last run, its last note, and whether it is acted on now."""

    row: Row
    planned: Span | None = None
    foreseen: Span | None = None
    attempt: Attempt | None = None
    notes: int = 0
    note: Comment | None = None
    is_now: bool = False

    @property
    def item(self) -> Item:
        return self.row.item

    @property
    def is_moved(self) -> bool:
        """Whether it will not be when it was planned; only said of what is still to come."""
        if self.planned is None or self.foreseen is None or self.item.is_closed:
            return False
        return abs(self.foreseen.end - self.planned.end) >= MINUTE

    @property
    def shows_output(self) -> bool:
        attempt = self.attempt
        return attempt is not None and (attempt.is_live or not self.item.is_closed)


@dataclass
class Part:
    """A section of the runbook."""

    section: Section
    lines: list[Line] = field(default_factory=list)
    refusal: str = ""

    @property
    def done(self) -> int:
        return sum(line.item.is_closed for line in self.lines)


@dataclass(frozen=True)
class Book:
    """Steps forward, or the way back; `now` are those at hand, `next` the one that follows."""

    parts: list[Part]
    forecast: Forecast
    takes: timedelta
    is_running: bool

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in part.lines]

    @property
    def done(self) -> int:
        return sum(line.item.is_closed for line in self.lines)

    @property
    def optional(self) -> int:
        """The header counts those that are required, so the list says how many are not."""
        return sum(not line.item.required for line in self.lines)

    @property
    def now(self) -> list[Line]:
        return [line for line in self.lines if line.is_now]

    @property
    def next(self) -> Line | None:
        """The step after the last of those at hand."""
        lines = self.lines
        places = [place for place, line in enumerate(lines) if line.is_now]
        later = lines[places[-1] + 1 :] if places else []
        return next((line for line in later if not line.item.is_closed), None)

    @property
    def questions(self) -> list[Line]:
        if not self.is_running:
            return []
        return [line for line in self.lines if line.item.asks_how_to_go_on]

    @property
    def slip_words(self) -> str:
        words = length(int(abs(self.slip) // MINUTE) * 60)
        return f"{words} {'later' if self.slip > timedelta(0) else 'earlier'} than planned"

    @property
    def slip(self) -> timedelta:
        """Of whole minutes; nothing where it is less than one."""
        slip = self.forecast.slip
        return slip if abs(slip) >= MINUTE else timedelta(0)


def runbook_panel(deployment: Deployment) -> dict[str, Any]:
    """Steps of the day in order and the way back; a fixed number of queries, however many."""
    groups = groups_of(deployment, KINDS["runbook"])
    items = [row.item for group in groups for row in group.items]
    said = Said(items, deployment)
    now = clock.now()
    forward = _book(deployment, groups, Kind.STEP, said, now)
    back = _book(deployment, groups, Kind.ROLLBACK_STEP, said, now)
    is_back = deployment.state in {State.ROLLING_BACK, State.ROLLED_BACK}
    running = back if is_back else forward
    passed = [one for one in items if one.no_return_at and one.phase == Phase.DURING]
    is_over = deployment.state == State.ROLLED_BACK
    return {
        "books": [back, forward] if is_back else [forward, back],
        "forward": forward,
        "back": back,
        "running": running,
        "questions": [(line, asked_now(line.item)) for line in running.questions],
        "is_back": is_back,
        "overrun": _overrun(deployment, forward),
        "no_return": min(passed, key=lambda one: (one.no_return_at, one.pk), default=None),
        "left_behind": leftovers.stays(items) if is_over else [],
    }


class Said:
    """What was said of steps besides their state: runs and notes, read at once."""

    def __init__(self, items: Iterable[Item], deployment: Deployment) -> None:
        listed = list(items)
        runs = any(item.runs for item in listed)
        self.attempts: Mapping[int, Attempt] = (
            {one.item_id: one for one in _last_attempts(deployment)} if runs else {}
        )
        self.notes: dict[int, list[Comment]] = {}
        if listed and deployment.started_at:
            for note in _notes(deployment):
                self.notes.setdefault(note.object_id or 0, []).append(note)


def _last_attempts(deployment: Deployment) -> Iterable[Attempt]:
    """Without the whole output, which may be a mebibyte each."""
    found = Attempt.objects.filter(item__deployment=deployment).select_related("requested_by")
    last = found.order_by("item_id", "-number").distinct("item_id").defer("output")
    return last.annotate(tail=Right("output", SHOWN_OUTPUT))


def _notes(deployment: Deployment) -> Iterable[Comment]:
    """Those of the day, the newest first."""
    about = deployment.comments.filter(
        object_kind=Subject.ITEM, created_at__gte=deployment.started_at
    )
    return about.select_related("author").order_by("-pk")[:MOST_NOTES]


def _book(
    deployment: Deployment, groups: Iterable[Group], kind: Kind, said: Said, now: datetime
) -> Book:
    parts = [(group, [row for row in group.items if row.item.kind == kind]) for group in groups]
    rows = [row for _, of_kind in parts for row in of_kind]
    phase = Phase.ROLLBACK if kind == Kind.ROLLBACK_STEP else Phase.DURING
    items = [row.item for row in rows if row.item.phase == phase]
    before = {one.pk: frozenset(step.pk for step in one.predecessors.all()) for one in items}
    times = foreseen(deployment, phase, items, before, now)
    is_running = RUNNING.get(State(deployment.state)) == phase
    shown = times if is_running else replace(times, foreseen={})
    at_hand = _at_hand(rows, phase) if is_running else set()
    return Book(
        [
            Part(
                group.section,
                [_line(row, shown, said, is_now=row.item.pk in at_hand) for row in of_kind],
                of_kind[0].closed_by_phase,
            )
            for group, of_kind in parts
            if of_kind
        ],
        times,
        total(steps_of(items, before)),
        is_running,
    )


def _at_hand(rows: Iterable[Row], phase: Phase) -> set[int]:
    """What somebody is at; else the first step that can begin, unless one that failed is first."""
    here = [row for row in rows if row.item.phase == phase]
    begun = {row.item.pk for row in here if row.item.state == ItemState.IN_PROGRESS}
    if begun or any(row.item.asks_how_to_go_on for row in here):
        return begun
    ready = (row.item.pk for row in here if not row.item.is_closed and not row.waits)
    return {pk for pk in [next(ready, None)] if pk is not None}


def _line(row: Row, times: Forecast, said: Said, *, is_now: bool) -> Line:
    pk = row.item.pk
    notes = said.notes.get(pk, [])
    return Line(
        row,
        times.planned.get(pk),
        times.foreseen.get(pk),
        said.attempts.get(pk),
        len(notes),
        notes[0] if notes else None,
        is_now,
    )


def _overrun(deployment: Deployment, forward: Book) -> timedelta:
    """How far behind the window's end the day will end; only said while it runs."""
    if deployment.state != State.IN_PROGRESS:
        return timedelta(0)
    overrun = forward.forecast.overrun(deployment.window_end)
    return MINUTE * math.ceil(overrun / MINUTE)
