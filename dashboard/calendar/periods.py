"""The days that one page of the calendar shows, and the pages before and after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTH, WEEK, LIST = "month", "week", "list"
VIEWS = {MONTH: "Month", WEEK: "Week", LIST: "List"}
LISTED = timedelta(days=30)
ONE_WEEK = timedelta(days=7)
# Far enough for every plan, and away from the edges of the calendar.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Period:
    """`on` is the day that was asked for; the days run from `first` to before `last`."""

    view: str
    on: date
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days)]

    @property
    def title(self) -> str:
        if self.view == MONTH:
            return f"{self.on:%B %Y}"
        final = self.last - timedelta(days=1)
        return f"{self.first:%d %b %Y} to {final:%d %b %Y}"

    @property
    def before(self) -> date:
        if self.view == MONTH:
            return (self.on.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.first - (self.last - self.first)

    @property
    def after(self) -> date:
        if self.view == MONTH:
            return _next_month(self.on)
        return self.last

    def instants(self, place: ZoneInfo) -> tuple[datetime, datetime]:
        return starts(self.first, place), starts(self.last, place)


def period_of(view: str, said: str, today: date) -> Period:
    """What an address asks for; what makes no sense there is today, what is unknown the month."""
    on = _day(said) or today
    if view == WEEK:
        monday = _monday(on)
        return Period(WEEK, on, monday, monday + ONE_WEEK)
    if view == LIST:
        return Period(LIST, on, on, on + LISTED)
    first, after = _monday(on.replace(day=1)), _next_month(on)
    last = _monday(after)
    return Period(MONTH, on, first, last if last == after else last + ONE_WEEK)


def starts(day: date, place: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=place).astimezone(UTC)


def days_between(begin: datetime, end: datetime, place: ZoneInfo) -> tuple[date, date]:
    """The first and the last day that share a moment with the time; the end is no part of it."""
    last = end.astimezone(place)
    if last.time() == time.min and end > begin:
        last -= timedelta(microseconds=1)
    return begin.astimezone(place).date(), last.date()


def _day(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
