"""Whether a limit is passed: one pure function over the readings, newest last.

What has no value is neither good nor bad: it ends no streak and adds to none. A metric that gives
no value at all is told as such, and a limit that was passed stays passed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from deployments.conditions import Condition

# So many readings in a row, where the plan says nothing else.
NEED_BAD = NEED_GOOD = 3


@dataclass(frozen=True)
class Point:
    """A reading that has a value."""

    at: datetime
    value: Decimal


@dataclass(frozen=True)
class Limit:
    """`condition` describes what is bad. `clears` describes it, too, with a limit further off.

    "for 5 min" asks for a streak that lasts so long, besides the number of readings. "within 1 h"
    is passed by what was measured `until` then, and by nothing later.
    """

    condition: Condition
    unit: str
    need_bad: int = NEED_BAD
    need_good: int = NEED_GOOD
    clears: Condition | None = None
    until: datetime | None = None

    def is_bad(self, point: Point) -> bool:
        return self.condition.holds(point.value, self.unit)

    def is_good(self, point: Point) -> bool:
        return not (self.clears or self.condition).holds(point.value, self.unit)


def judge(limit: Limit, points: Sequence[Point], *, is_raised: bool) -> bool:
    """Whether the limit is passed now, by the readings since the watch began, in order of time.

    Between the two limits, or with too few in a row, it stays what it was.
    """
    if is_raised:
        return len(_streak(points, limit.is_good)) < limit.need_good
    in_time = [one for one in points if limit.until is None or one.at <= limit.until]
    streak = _streak(in_time, limit.is_bad)
    if len(streak) < limit.need_bad:
        return False
    lasts = timedelta(seconds=limit.condition.duration or 0)
    return streak[0].at - streak[-1].at >= lasts


def most_needed(limits: Sequence[Limit]) -> int:
    """How many of the newest readings decide over all of them, those with a duration left out."""
    return max((max(one.need_bad, one.need_good) for one in limits), default=0)


def longest_needed(limits: Sequence[Limit]) -> timedelta:
    """How far back the readings must reach for those that ask for a duration."""
    return timedelta(seconds=max((one.condition.duration or 0 for one in limits), default=0))


def _streak(points: Sequence[Point], counts: Callable[[Point], bool]) -> list[Point]:
    """The newest points in a row that count, newest first."""
    return list(takewhile(counts, reversed(points)))
