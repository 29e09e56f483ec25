"""What somebody looks for among the deployments, and the query that finds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Func, Q, TextField

from accounts.models import User
from deployments.enums import FINAL, OPEN
from deployments.finding.places import Place
from deployments.models import Deployment
from deployments.models.deployment import DeploymentQuerySet

MOST_WORDS = 8
MOST_PEOPLE = 200
ME = "me"
ONGOING, OVER = "open", "over"
SIDES = {ONGOING: OPEN, OVER: FINAL}
# Ranges that move with the day, so that a saved filter stays useful; days from today, both in.
SPANS: dict[str, tuple[int, int]] = {
    "today": (0, 0), "next-7": (0, 7), "next-30": (0, 30), "last-7": (-7, 0), "last-30": (-30, 0),
}  # fmt: skip
NO_TIME = "none"


class Words(Func):
    """What a deployment is searched by; the index of the migration is over the same expression."""

    template = "lower(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def __init__(self, *columns: Any, **extra: Any) -> None:
        super().__init__(*(columns or map(F, ("package", "branch", "commit", "digest"))), **extra)


@dataclass(frozen=True)
class Criteria:
    """Empty fields let everything through; service and environment are keys."""

    text: str = ""
    service: str = ""
    environment: str = ""
    state: str = ""
    person: str = ""
    when: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, cleaned: Mapping[str, Any]) -> Criteria:
        said: dict[str, Any] = {
            one.name: cleaned.get(one.name) or one.default for one in fields(cls)
        }
        return cls(**said)

    @property
    def query(self) -> str:
        """The address of exactly this; what is left open is left out."""
        return urlencode({name: str(value) for name, value in vars(self).items() if value})

    def narrow(
        self,
        deployments: DeploymentQuerySet,
        viewer: User,
        places: Collection[Place],
        now: datetime,
        zone: tzinfo,
    ) -> DeploymentQuerySet:
        """Only ever fewer of the given ones: what the viewer may not see is not found.

        `places` are those that the viewer may name by a word of their titles.
        """
        if self.service:
            deployments = deployments.filter(service__key=self.service)
        if self.environment:
            deployments = deployments.filter(environment__key=self.environment)
        if self.state:
            deployments = deployments.filter(self._of_state())
        if self.person:
            deployments = deployments.filter(pk__in=_of_people(self._people(viewer)))
        for word in self.text.lower().split()[:MOST_WORDS]:
            deployments = deployments.alias(words=Words()).filter(_says(word, places))
        return deployments.filter(self._in_period(now, zone))

    def _of_state(self) -> Q:
        if self.state in SIDES:
            return Q(state__in=sorted(SIDES[self.state]))
        return Q(state=self.state)

    def _people(self, viewer: User) -> list[int]:
        """“me” is whoever looks, so that a link with it can be shared."""
        if self.person.lower() == ME:
            return [viewer.pk]
        named = User.objects.filter(
            Q(username__iexact=self.person) | Q(display_name__icontains=self.person)
        )
        return list(named.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])

    def _in_period(self, now: datetime, zone: tzinfo) -> Q:
        """Whole days of the viewer's zone."""
        if self.when == NO_TIME:
            return Q(t0__isnull=True)
        found, today = Q(), now.astimezone(zone).date()
        first, last = self.since, self.until
        if self.when in SPANS:
            start, end = SPANS[self.when]
            first, last = today + timedelta(days=start), today + timedelta(days=end)
        if first:
            found &= Q(t0__gte=_midnight(first, zone))
        if last:
            found &= Q(t0__lt=_midnight(last + timedelta(days=1), zone))
        return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _says(word: str, places: Iterable[Place]) -> Q:
    """The word anywhere in what ships or where it goes; a number is that of the deployment.

    Places that the word does not name are no part of it: the planner would expect some of each.
    """
    found = Q(words__contains=word)
    named = defaultdict(list)
    for one in places:
        if word in one.title.lower():
            named[one.kind].append(one.pk)
    for kind, of_kind in named.items():
        found |= Q((f"{kind}__in", of_kind))
    number = word.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        found |= Q(pk=int(number))
    return found


def _of_people(people: list[int]) -> Any:
    """Asked for, led or written by one of them; a union, so that each part has its own index."""
    asked = Deployment.objects.order_by().filter(requester__in=people).values("pk")
    led = Deployment.objects.order_by().filter(lead__in=people).values("pk")
    written = Deployment.authors.through.objects.filter(user__in=people).values("deployment_id")
    return asked.union(led, written)
