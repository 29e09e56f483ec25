"""The lines of a deployment's message plan."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from communications import meant, moments
from communications.enums import TELLS_OF_THE_END, Awaits, Kind
from communications.schedule import Calendar
from deployments.enums import Anchor
from deployments.models import Deployment
from deployments.models.pairs import both_or_neither


class PresentLines(models.Manager["MessagePlan"]):
    """All but those that were taken out of the plan."""

    def get_queryset(self) -> models.QuerySet[MessagePlan]:
        return super().get_queryset().filter(removed_at__isnull=True)


class MessagePlan(models.Model):
    """One line of the communication plan: what is told, and when relative to which moment.

    One that is taken out keeps its row for the messages that came of it.
    """

    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, related_name="message_plan"
    )
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    anchor = models.CharField(max_length=20, choices=Anchor)
    offset = models.DurationField(help_text="From the anchor; negative is before it.")
    day = models.SmallIntegerField(
        null=True, help_text="Calendar time: days from the anchor's day, in the planner's zone."
    )
    at = models.TimeField(null=True, help_text="Calendar time: when on that day.")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    audience = ArrayField(
        models.CharField(max_length=90),
        default=list,
        blank=True,
        help_text="Who is told; empty: everybody with a part in the service's releases.",
    )
    addresses = ArrayField(models.EmailField(), default=list, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PresentLines()
    every = models.Manager["MessagePlan"]()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("day", "at"),
                name="calendar_time_is_a_day_and_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def when(self) -> str:
        """Such as “24 h before T0” or “the day before T0 at 09:00”."""
        return moments.in_words(self.anchor, self.offset, self.day, self.at)

    @property
    def audience_words(self) -> str:
        return meant.in_words(self.audience)

    def calendar(self, zone: str) -> Calendar | None:
        """Its calendar time in the planner's zone; None where it counts elapsed time."""
        if self.day is None or self.at is None:
            return None
        return Calendar(self.day, self.at, ZoneInfo(zone))

    def waits_for(self, due: datetime, t0: datetime | None) -> Awaits:
        """Whatever it is counted from: of what leaves before T0 nothing does on hold."""
        if self.kind == Kind.START:
            return Awaits.START
        if self.kind in TELLS_OF_THE_END:
            return Awaits.COMPLETION
        is_before_t0 = t0 is not None and due < t0
        return Awaits.REVIEW if is_before_t0 else Awaits.NOTHING
