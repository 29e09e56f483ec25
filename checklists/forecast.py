"""When steps are planned to run, and when they will: time along what waits for what. No Django.

A step runs once all before it are over; those that wait for nothing begin together. A step
without planned minutes takes no time here: the end may so be promised too early, and the page says
how many such steps there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Step:
    """`ended` is when it was closed, by whatever word.

    One that was left out without being begun took no time; one that was begun took what it took.
    """

    key: int
    minutes: int | None = None
    after: frozenset[int] = frozenset()
    began: datetime | None = None
    ended: datetime | None = None

    @property
    def lasts(self) -> timedelta:
        return timedelta(minutes=self.minutes or 0)


@dataclass(frozen=True)
class Span:
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Forecast:
    """Spans by key; `unplanned` are the open steps of which nobody said how long they take."""

    planned: dict[int, Span] = field(default_factory=dict)
    foreseen: dict[int, Span] = field(default_factory=dict)
    planned_end: datetime | None = None
    end: datetime | None = None
    unplanned: int = 0

    @property
    def slip(self) -> timedelta:
        """How much later than planned it ends; negative is earlier."""
        if self.end is None or self.planned_end is None:
            return timedelta(0)
        return self.end - self.planned_end

    def overrun(self, limit: datetime | None) -> timedelta:
        """How far the end lies behind the limit; nothing if it does not."""
        if limit is None or self.end is None:
            return timedelta(0)
        return max(self.end - limit, timedelta(0))


def forecast(
    steps: Sequence[Step], planned_start: datetime, now: datetime, began: datetime | None = None
) -> Forecast:
    """Planned from `planned_start` on; foreseen from what happened since `began`, and from now."""
    if not steps:
        return Forecast()
    planned = _spans(steps, lambda step, ready: Span(ready, ready + step.lasts), planned_start)
    begin = now if began is None else began
    foreseen = _spans(steps, lambda step, ready: _foreseen(step, ready, now), begin)
    return Forecast(
        planned,
        foreseen,
        max(span.end for span in planned.values()),
        max(span.end for span in foreseen.values()),
        sum(step.minutes is None and step.ended is None for step in steps),
    )


def total(steps: Sequence[Step]) -> timedelta:
    """How long all of it takes as planned."""
    base = datetime(2000, 1, 1)  # noqa: DTZ001 - only differences are used
    planned = _spans(steps, lambda step, ready: Span(ready, ready + step.lasts), base)
    return max((span.end for span in planned.values()), default=base) - base


def _foreseen(step: Step, ready: datetime, now: datetime) -> Span:
    if step.ended is not None:
        return Span(step.began or step.ended, step.ended)
    if step.began is not None:
        return Span(step.began, max(step.began + step.lasts, now))
    start = max(ready, now)
    return Span(start, start + step.lasts)


def _spans(
    steps: Sequence[Step], span: Callable[[Step, datetime], Span], base: datetime
) -> dict[int, Span]:
    """Each step once all before it have their span; what waits in a circle begins at the base."""
    found: dict[int, Span] = {}
    for step in _ordered(steps):
        ends = [found[one].end for one in step.after if one in found]
        found[step.key] = span(step, max([base, *ends]))
    return found


def _ordered(steps: Iterable[Step]) -> list[Step]:
    """Every step behind those that it waits for, else in the order given."""
    by_key = {step.key: step for step in steps}
    waits = {key: {one for one in step.after if one in by_key} for key, step in by_key.items()}
    later: dict[int, list[int]] = {}
    for key, before in waits.items():
        for one in before:
            later.setdefault(one, []).append(key)
    ready = [key for key, before in waits.items() if not before]
    order: list[int] = []
    for key in ready:
        order.append(key)
        for one in later.get(key, ()):
            waits[one].discard(key)
            if not waits[one]:
                ready.append(one)
    circle = by_key.keys() - set(order)
    return [by_key[key] for key in [*order, *sorted(circle)]]
