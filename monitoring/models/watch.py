"""A watch, what is measured in it, and every single reading."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from deployments import portal_hold
from deployments.conditions import UNITS, plain_number
from deployments.models import Deployment
from gates.enums import Source
from gates.models import Metric
from monitoring.enums import Means, Outcome

DEFAULT_WATCH = timedelta(hours=48)
DEFAULT_PACE = timedelta(minutes=1)


class Watch(models.Model):
    """How long the deployment is observed after completion, and since when it is.

    `pace` is how often a metric is asked at first; see `pace.py` for later.
    """

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="watch")
    length = models.DurationField(default=DEFAULT_WATCH)
    pace = models.DurationField(default=DEFAULT_PACE)
    opened_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When its end was recorded.")

    class Meta:
        default_permissions = ()
        verbose_name_plural = "watches"
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, ends_at__isnull=True)
                | Q(ends_at__gt=F("opened_at")),
                name="watch_has_length",
            ),
            models.CheckConstraint(condition=Q(pace__gt=timedelta(0)), name="watch_has_a_pace"),
        ]

    def __str__(self) -> str:
        return f"watch of {self.deployment}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


class SeriesQuerySet(models.QuerySet["Series"]):
    def due(self, now: datetime) -> SeriesQuerySet:
        """To be asked now, and held by no worker whose lease still runs; none while all is held."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.filter(free, ~portal_hold.on(), next_at__lte=now)


class Series(models.Model):
    """One metric in one watch: its readings, and when it is asked next.

    Name and unit are those of the metric when the watch opened, so that old charts stay true.
    """

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="series")
    metric = models.ForeignKey(Metric, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)

    next_at = models.DateTimeField(null=True, help_text="Empty for what is never asked.")
    hinted_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)

    last = models.ForeignKey("Reading", on_delete=models.SET_NULL, null=True, related_name="+")
    # When the newest value was; what gives none for too long is an alert of its own.
    valued_at = models.DateTimeField(null=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = "series"
        ordering = ["watch", "key"]
        indexes = [
            models.Index(fields=["next_at"], name="series_due", condition=Q(next_at__isnull=False))
        ]
        constraints = [
            models.UniqueConstraint(fields=["watch", "key"], name="series_once_per_watch"),
            models.CheckConstraint(
                condition=Q(unit__in=list(UNITS)), name="series_unit_is_of_conditions"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_entered(self) -> bool:
        """By a person, whenever somebody reads it somewhere."""
        return self.metric is not None and self.metric.source == Source.BY_HAND


class Reading(models.Model):
    """One value at one instant, or why there is none; never changed afterwards."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    value = models.DecimalField(max_digits=60, decimal_places=30, null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    means = models.CharField(max_length=10, choices=Means)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["series", "at"]
        constraints = [
            models.UniqueConstraint(fields=["series", "at"], name="reading_once_per_instant"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GOOD, value__isnull=False)
                | (~Q(outcome=Outcome.GOOD) & Q(value__isnull=True)),
                name="reading_has_a_value_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} at {self.at:%H:%M:%S}"

    @property
    def number(self) -> str:
        """As a person writes it; empty where there is no value."""
        return plain_number(self.value) if self.value is not None else ""
