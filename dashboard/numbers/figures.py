"""What a month came to, from the facts of its deployments. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from dashboard.numbers.spent import NOTHING, Spent


@dataclass(frozen=True)
class Course:
    """How one deployment went; `failed_at` if it was rolled back, stopped or closed as failed."""

    service: str
    submitted_at: datetime
    started_at: datetime
    t0: datetime
    window_end: datetime
    completed_at: datetime | None = None
    is_failed: bool = False
    failed_at: datetime | None = None
    restored_at: datetime | None = None
    spent: Spent = field(default_factory=Spent)

    @property
    def lead(self) -> timedelta:
        return self.started_at - self.submitted_at

    @property
    def late(self) -> timedelta:
        return self.started_at - self.t0

    @property
    def over(self) -> timedelta | None:
        """How much longer than its window it took; negative where it was done before the end."""
        if self.completed_at is None:
            return None
        return (self.completed_at - self.started_at) - (self.window_end - self.t0)

    @property
    def restore(self) -> timedelta | None:
        if self.failed_at is None or self.restored_at is None:
            return None
        return self.restored_at - self.failed_at


@dataclass(frozen=True)
class Figures:
    """Of one month: medians of times, means of what was waited for, and a share from 0 to 1."""

    started: int
    lead: timedelta
    worked: timedelta
    waited: timedelta
    signatures: timedelta
    held: timedelta
    its_time: timedelta
    failed: int
    restore: timedelta | None
    late: timedelta
    over: timedelta | None

    @property
    def failure_rate(self) -> float:
        return self.failed / self.started


@dataclass(frozen=True)
class Waited:
    """How long one role was waited for: in all, per deployment, and the longest time."""

    role: str
    deployments: int
    total: timedelta
    longest: timedelta

    @property
    def mean(self) -> timedelta:
        return self.total / self.deployments


def figures_of(courses: Sequence[Course]) -> Figures:
    """At least one course is needed; a month without any has no figures."""
    every = [one.spent for one in courses]
    return Figures(
        started=len(courses),
        lead=_middle([one.lead for one in courses]),
        worked=_mean(one.worked for one in every),
        waited=_mean(one.waited for one in every),
        signatures=_mean(one.signatures for one in every),
        held=_mean(one.held for one in every),
        its_time=_mean(one.its_time for one in every),
        failed=sum(one.is_failed for one in courses),
        restore=_median(one.restore for one in courses),
        late=_middle([one.late for one in courses]),
        over=_median(one.over for one in courses),
    )


def by_month(courses: Iterable[Course], place: ZoneInfo) -> dict[date, list[Course]]:
    """By the first day of the month in which they started, on the clock of whoever looks."""
    found: dict[date, list[Course]] = defaultdict(list)
    for one in courses:
        found[one.started_at.astimezone(place).date().replace(day=1)].append(one)
    return dict(sorted(found.items()))


def waited_for(courses: Iterable[Course]) -> list[Waited]:
    """Every role that was waited for, the longest in all first."""
    by_role: dict[str, list[timedelta]] = defaultdict(list)
    for one in courses:
        for role, time in one.spent.by_role.items():
            by_role[role].append(time)
    found = [
        Waited(role, len(times), sum(times, NOTHING), max(times)) for role, times in by_role.items()
    ]
    return sorted(found, key=lambda one: (-one.total, one.role))


def shares(figures: Figures) -> Mapping[str, float]:
    """Worked and waited as shares of the whole, from 0 to 1."""
    whole = figures.worked + figures.waited
    if not whole:
        return {"worked": 0.0, "waited": 0.0}
    return {"worked": figures.worked / whole, "waited": figures.waited / whole}


def _mean(times: Iterable[timedelta]) -> timedelta:
    every = list(times)
    return sum(every, NOTHING) / len(every)


def _median(times: Iterable[timedelta | None]) -> timedelta | None:
    known = [one for one in times if one is not None]
    return _middle(known) if known else None


def _middle(times: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in times))
