"""The calendar as its page draws it: days in the viewer's zone, each with what touches it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from dashboard.calendar.entries import Entry, entries_of
from dashboard.calendar.periods import LIST, MONTH, VIEWS, Period, days_between, period_of
from deployments.zones import zone_of

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Piece:
    """An entry on one of its days: from when to when, and whether it began before."""

    entry: Entry
    hours: str
    is_first: bool


@dataclass(frozen=True)
class Day:
    on: date
    is_today: bool
    is_beside: bool
    pieces: list[Piece] = field(default_factory=list)


def calendar_page(user: User, view: str, said: str, now: datetime) -> dict[str, Any]:
    place = zone_of(user.zone)
    today = now.astimezone(place).date()
    period = period_of(view, said, today)
    found = entries_of(user, *period.instants(place))
    days = days_of(period, found.entries, place, today)
    return {
        "period": period,
        "views": VIEWS.items(),
        "weekdays": () if period.view == LIST else WEEKDAYS,
        "days": [one for one in days if one.pieces] if period.view == LIST else days,
        "is_empty": not found.entries,
        "is_cut": found.is_cut,
        "conflicts": sum(bool(one.conflicts) for one in found.entries),
        "has_movable": any(one.local for one in found.entries),
        "today": today,
        "zone": user.zone,
    }


def days_of(period: Period, entries: list[Entry], place: ZoneInfo, today: date) -> list[Day]:
    pieces: dict[date, list[Piece]] = defaultdict(list)
    for entry in entries:
        first, last = days_between(entry.begins, entry.ends, place)
        day = max(first, period.first)
        while day <= min(last, period.last - timedelta(days=1)):
            pieces[day].append(Piece(entry, _hours(entry, day, place), day == first))
            day += timedelta(days=1)
    return [
        Day(
            day,
            is_today=day == today,
            is_beside=period.view == MONTH and day.month != period.on.month,
            pieces=pieces[day],
        )
        for day in period.days
    ]


def _hours(entry: Entry, day: date, place: ZoneInfo) -> str:
    """What of the day it takes, on the viewer's clock."""
    begins, ends = entry.begins.astimezone(place), entry.ends.astimezone(place)
    first, last = days_between(entry.begins, entry.ends, place)
    from_when = f"{begins:%H:%M}" if first == day else ""
    until = f"{ends:%H:%M}" if last == day and ends.date() == day else ""
    if from_when and (until or last == day):
        return f"{from_when}–{until or '24:00'}"
    if from_when:
        return f"from {from_when}"
    return f"until {until}" if until else "all day"
