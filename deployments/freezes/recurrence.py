"""When a freeze holds: its first window, repeated by an iCalendar rule on the wall clock of a zone.

The day is what repeats; the time of day stays as the clock on the wall shows it, also across a
change of the clock. Pure: no Django, no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from deployments.freezes.rules import LAST_YEAR, RuleError, read, until_of
from deployments.zones import zone_of

__all__ = ["RuleError", "Series", "Window"]

# The Gregorian calendar repeats itself every 400 years, weekdays and leap days included.
CYCLE = 400
# How far a zone may be from itself: a day that is left out or repeated (Samoa, 2011).
MARGIN = timedelta(days=2)


@dataclass(frozen=True, order=True)
class Window:
    """One time during which a freeze holds, in UTC; the end is no longer part of it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        return self.starts_at < end and begin < self.ends_at

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Series:
    """The first window as it was typed, and how it repeats; without a rule it is the only one."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    rule: str = ""

    @property
    def is_endless(self) -> bool:
        """It repeats until somebody ends it; the rule must be one that can be read."""
        return bool(self.rule) and not {"COUNT", "UNTIL"} & read(self.rule).keys()

    def check(self) -> None:
        """Raise RuleError if the rule cannot be read or does not name the first day itself."""
        if not self.rule:
            return
        read(self.rule)
        first = self._first
        named = next(self._local_starts(first), None)
        if named is None:
            raise RuleError("The rule never names a day; choose other days.")
        if named != first:
            raise RuleError(
                f"The rule does not name the day of the first start, {first:%A %d %b %Y}; the next "
                f"that it names is {named:%A %d %b %Y}. Begin there, or change the rule."
            )

    def overlapping(self, begin: datetime, end: datetime) -> list[Window]:
        """Every window that shares a moment with the time from `begin` to `end`, in order."""
        return list(takewhile(lambda one: one.starts_at < end, self._ending_after(begin)))

    def holding(self, at: datetime) -> Window | None:
        return next((one for one in self.overlapping(at, at + timedelta.resolution)), None)

    def following(self, after: datetime, count: int) -> list[Window]:
        """The next windows, one that holds already included."""
        return list(islice(self._ending_after(after), count))

    def _ending_after(self, after: datetime) -> Iterator[Window]:
        place, first = zone_of(self.zone), self._first
        only = Window(self.starts_at, self.ends_at)
        length = _wall(self.ends_at, place) - first
        starts = self._local_starts(_wall(after, place) - length - MARGIN) if self.rule else [first]
        for local in starts:
            # The first one is what somebody typed and, where the clock showed it twice, chose.
            window = only if local == first else _window(local, length, place)
            if window.ends_at > after:
                yield window

    @property
    def _first(self) -> datetime:
        return _wall(self.starts_at, zone_of(self.zone))

    def _local_starts(self, since: datetime) -> Iterator[datetime]:
        """Starts on the wall clock from `since` on, up to the end that the rule names itself.

        dateutil searches for the next day up to the year 9999. In the last cycle before it a rule
        that never fires again is given up after 400 years at most, a fraction of a second.
        """
        first = self._first
        until, moved = until_of(self.rule, zone_of(self.zone)), _cycles_before_the_end(first)
        if since.year + moved > LAST_YEAR:
            return
        begin = max(since, first)
        for start in _rule(self.rule, _moved(first, moved)).xafter(_moved(begin, moved), inc=True):
            local = _moved(start, -moved)
            if until is not None and local > until:
                return
            yield local


@lru_cache(maxsize=256)
def _rule(text: str, first: datetime) -> rrule:
    """Kept, with the days that it has found so far, since readiness asks often."""
    parts = {name: value for name, value in read(text).items() if name != "UNTIL"}
    said = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(said, dtstart=first, cache=True)
    except ValueError:
        raise RuleError(f"“{text}” is no rule of iCalendar; see RFC 5545, RRULE.") from None
    assert isinstance(found, rrule)
    return found


def _cycles_before_the_end(first: datetime) -> int:
    return (LAST_YEAR - first.year) // CYCLE * CYCLE


def _moved(local: datetime, years: int) -> datetime:
    return local.replace(year=local.year + years)


def _wall(instant: datetime, place: ZoneInfo) -> datetime:
    return instant.astimezone(place).replace(tzinfo=None)


def _window(local: datetime, length: timedelta, place: ZoneInfo) -> Window:
    """Where the clock shows an end twice the freeze holds until the second time.

    A time that the clock leaps over is read as RFC 5545 does: by the offset before the leap.
    """
    end = local + length
    return Window(_instant(local, place, 0), max(_instant(end, place, 0), _instant(end, place, 1)))


def _instant(local: datetime, place: ZoneInfo, fold: int) -> datetime:
    return local.replace(tzinfo=place, fold=fold).astimezone(UTC)
