"""The page of numbers: a table by service and month, who was waited for, and the same as charts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from dashboard.calendar.periods import starts
from dashboard.numbers.courses import MOST, courses_of
from dashboard.numbers.figures import Course, Figures, by_month, figures_of, shares, waited_for
from deployments.models import Service
from deployments.zones import zone_of

MONTHS = 12
Line = list[float | None]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DEFINITIONS = {
    "Lead time": (
        "From the first submission for sign-off to the start; the median. "
        "DORA counts from the commit, which the portal does not see."
    ),
    "Worked": "The part of the lead time in which nobody was waited for; the mean.",
    "Waited": (
        "The rest of it: for a signature that was asked for, on hold or no-go, "
        "or decided and waiting for its time; the mean."
    ),
    "Change failure rate": (
        "DORA: the share of started deployments that were rolled back, stopped, "
        "or closed as failed."
    ),
    "Time to restore": (
        "DORA: from the start of the rollback to its end, or from the stop to the next "
        "completed deployment at the same place; the median."
    ),
    "Start against plan": "From the last planned T0 to the actual start; the median.",
    "Length against window": (
        "How much longer than the planned window it took from start to completion; the median."
    ),
}


@dataclass(frozen=True)
class Row:
    """`by_role` are means of all deployments of the month, as the other times waited are."""

    service: str
    month: date
    figures: Figures
    waited_share: float
    by_role: list[tuple[str, timedelta]]


def numbers_page(user: User, service: str, now: datetime) -> dict[str, Any]:
    """A service that the person does not see, or that there is none of, shows nothing."""
    place = zone_of(user.zone)
    first = _months_ago(now.astimezone(place).date(), MONTHS - 1)
    courses = courses_of(user, starts(first, place), service=service)
    by_service: dict[str, list[Course]] = defaultdict(list)
    for one in courses:
        by_service[one.service].append(one)
    rows = [
        _row(name, month, found)
        for name, of_service in sorted(by_service.items())
        for month, found in reversed(by_month(of_service, place).items())
    ]
    months = {month: figures_of(found) for month, found in by_month(courses, place).items()}
    return {
        "rows": rows,
        "waited": waited_for(courses),
        "definitions": DEFINITIONS.items(),
        "charts": charts_of(first, months) if courses else [],
        "services": Service.objects.visible_to(user).values_list("key", "title"),
        "service": service,
        "is_cut": len(courses) == MOST,
        "since": first,
    }


@dataclass(frozen=True)
class Chart:
    """`lines` are named values by month, none where a month has no deployment."""

    title: str
    unit: str
    data: str


def charts_of(first: date, months: dict[date, Figures]) -> list[Chart]:
    span = [_months_ago(first, -n) for n in range(MONTHS)]

    def line(value: Callable[[Figures], float | None]) -> Line:
        return [value(months[month]) if month in months else None for month in span]

    def chart(title: str, unit: str, lines: dict[str, Line]) -> Chart:
        said = {"months": [f"{month:%b %y}" for month in span], "lines": lines, "unit": unit}
        return Chart(title, unit, json.dumps(said))

    worked, waited = line(lambda one: _days(one.worked)), line(lambda one: _days(one.waited))
    failed = line(lambda one: round(100 * one.failure_rate, 1))
    start, length = line(lambda one: _hours(one.late)), line(lambda one: _hours(one.over))
    return [
        chart("Lead time", "days", {"Lead time": line(lambda one: _days(one.lead))}),
        chart("Worked and waited", "days", {"Worked": worked, "Waited": waited}),
        chart("Change failure rate", "%", {"Failed": failed}),
        chart("Time to restore", "hours", {"Restored": line(lambda one: _hours(one.restore))}),
        chart("Against plan", "hours", {"Start": start, "Length": length}),
    ]


def _row(service: str, month: date, found: list[Course]) -> Row:
    figures = figures_of(found)
    by_role = [(one.role, one.total / len(found)) for one in waited_for(found)]
    return Row(service, month, figures, shares(figures)["waited"], by_role)


def _months_ago(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _hours(time: timedelta | None) -> float | None:
    return None if time is None else round(time / HOUR, 2)


def _days(time: timedelta) -> float:
    return round(time / DAY, 2)
