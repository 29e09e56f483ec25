"""Reads events newest first, some at a time, narrowed by who, what, on what and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User
from deployments.models import Deployment, Event, Service
from deployments.sentences import said, who

PAGE = 50
MOST_PEOPLE = 200
PORTAL_NAME = "deploy portal"
# Steps from one word to the next along the index, instead of reading millions of rows.
WORDS = """
WITH RECURSIVE words AS (
    (SELECT {column} AS word FROM deployments_event ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM deployments_event WHERE {column} > words.word
            ORDER BY {column} LIMIT 1)
    FROM words WHERE words.word IS NOT NULL
)
SELECT word FROM words WHERE word IS NOT NULL
"""


@dataclass(frozen=True)
class Row:
    """One event as a page shows it."""

    event: Event
    who: str
    said: str


@dataclass(frozen=True)
class Part:
    """Some rows, and where the older ones begin."""

    rows: list[Row]
    older: int | None


def words_of(column: str) -> list[str]:
    """Every act, or every kind of object, that history has."""
    assert column in {"verb", "object_kind"}
    with connection.cursor() as cursor:
        cursor.execute(WORDS.format(column=column))
        return [word for (word,) in cursor.fetchall()]


def narrowed(events: QuerySet[Event], asked: Mapping[str, Any], place: ZoneInfo) -> QuerySet[Event]:
    """Days are those of whoever reads, like the times beside the events."""
    if asked.get("person"):
        events = events.filter(_by(asked["person"]))
    if asked.get("act"):
        events = events.filter(verb=asked["act"])
    if asked.get("kind"):
        events = events.filter(object_kind=asked["kind"])
    if asked.get("one"):
        kind, _, number = asked["one"].partition(":")
        events = events.filter(object_kind=kind, object_id=number)
    if asked.get("first"):
        events = events.filter(at__gte=datetime.combine(asked["first"], time(), place))
    if asked.get("last"):
        end = datetime.combine(asked["last"] + timedelta(days=1), time(), place)
        events = events.filter(at__lt=end)
    return events


def _by(name: str) -> Q:
    """Whoever has this in their name; names are few, so that events are found by their index."""
    people = User.objects.filter(Q(display_name__icontains=name) | Q(username__icontains=name))
    found = Q(actor__in=list(people.values_list("pk", flat=True)[:MOST_PEOPLE]))
    return found | Q(actor__isnull=True) if name.lower() in PORTAL_NAME else found


def of_deployment(
    deployment: Deployment, asked: Mapping[str, Any], before: int | None, place: ZoneInfo
) -> Part:
    """`before` is a place in the chain."""
    events = narrowed(Event.objects.filter(deployment=deployment), asked, place)
    if before is not None:
        events = events.filter(sequence__lt=before)
    rows = _rows(events.order_by("-sequence"))
    return Part(rows[:PAGE], rows[PAGE - 1].event.sequence if len(rows) > PAGE else None)


def of_services(
    services: Iterable[Service] | None,
    asked: Mapping[str, Any],
    before: int | None,
    place: ZoneInfo,
) -> Part:
    """`services` None: everything, also what belongs to none. `before` is the id of an event."""
    events = narrowed(Event.objects.all(), asked, place)
    if services is not None:
        known = list(services)
        chains = [f"service:{one.key}" for one in known]
        events = events.filter(Q(deployment__service__in=known) | Q(chain__in=chains))
    last = Event.objects.filter(pk=before or 0).values_list("at", "pk").first()
    if last is not None:
        at, pk = last
        events = events.filter(at__lte=at).exclude(at=at, pk__gte=pk)
    rows = _rows(events.order_by("-at", "-pk").select_related("deployment__environment"))
    return Part(rows[:PAGE], rows[PAGE - 1].event.pk if len(rows) > PAGE else None)


def _rows(events: QuerySet[Event]) -> list[Row]:
    named = events.select_related("on_behalf_of")[: PAGE + 1]
    return [Row(event, who(event), said(event)) for event in named]
