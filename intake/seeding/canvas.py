"""What is drawn of one seeded deployment: its rows, and what its history tells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models

from deployments.models import Deployment
from intake.seeding.chains import Told
from intake.seeding.copying import Row
from intake.seeding.fates import Fate
from intake.seeding.pattern import Pattern
from intake.seeding.places import Place

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Ids:
    """Reserved ids by model, taken one after the other."""

    of: dict[type[models.Model], Any]

    def take(self, model: type[models.Model]) -> int:
        return int(next(self.of[model]))


@dataclass
class Canvas:
    """`rows` by model in the order of writing, `told` what its history will say."""

    fate: Fate
    place: Place
    pattern: Pattern
    ids: Ids
    random: Random
    now: datetime
    rows: dict[type[models.Model], list[Row]] = field(default_factory=lambda: defaultdict(list))
    told: list[Told] = field(default_factory=list)
    deployment: Deployment = field(init=False)
    version: int = field(init=False)
    content: dict[str, Any] = field(init=False)
    content_hash: str = field(init=False)
    item_ids: dict[int, int] = field(default_factory=dict)

    @property
    def planned_at(self) -> datetime:
        """When it was made: ten days before it is due, and never in the future."""
        due = self.fate.t0 or self.now
        return min(due, self.now) - 10 * DAY

    @property
    def latest(self) -> datetime:
        """Until when people have been at it."""
        return min(self.fate.t0 or self.now, self.now)

    @property
    def worker(self) -> Any:
        return self.place.member

    def between(self, start: datetime, end: datetime) -> datetime:
        span = max(end - start, timedelta(seconds=1))
        return start + timedelta(seconds=int(self.random.random() * span.total_seconds()))

    def move(  # noqa: PLR0917 - from one state to the next, as a sentence says it
        self, at: datetime, verb: str, before: str, after: str, actor: Any, reason: str = ""
    ) -> None:
        self.say(at, verb, actor, before={"state": before}, after={"state": after}, reason=reason)

    def say(
        self, at: datetime, verb: str, actor: Any, *, kind: str = "deployment", pk: int = 0,
        text: str = "", **more: Any,
    ) -> None:  # fmt: skip
        pk, text = pk or self.deployment.pk, text or str(self.deployment)
        self.told.append(Told(at, actor, verb, kind, pk, text, **more))

    def copy(self, model: type[models.Model], row: models.Model, changes: Row | None = None) -> int:
        pk = self.ids.take(model)
        own = {"id": pk, "deployment_id": self.deployment.pk, **(changes or {})}
        self.rows[model].append({**self.pattern.plain[row.pk, model], **own})
        return pk
