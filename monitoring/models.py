"""Is it healthy afterwards?"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from deployments.models import Deployment
from monitoring.enums import Severity, TriggerMode

DEFAULT_WATCH = timedelta(hours=48)


class Definition(models.Model):
    """What one line of the plan watches: its words, and the condition they were read as.

    An empty condition means that only a person can judge it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="%(class)ss")
    key = models.SlugField(max_length=120)
    position = models.PositiveIntegerField()
    text = models.TextField()
    condition = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="%(class)s_key_once")
        ]

    def __str__(self) -> str:
        return self.text


class Target(Definition):
    """A value to be reached by a deadline, or to be watched where none is named."""


class AlertRule(Definition):
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.WARNING)


class Trigger(Definition):
    """When it holds, the way back is proposed or taken."""

    mode = models.CharField(max_length=10, choices=TriggerMode, default=TriggerMode.RECOMMEND)


class Widget(models.Model):
    """A chart that the document asks for on the watch page."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="widgets")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    series = models.JSONField(default=list)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]

    def __str__(self) -> str:
        return self.title


class Watch(models.Model):
    """How long the deployment is observed after completion, and since when it is."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="watch")
    length = models.DurationField(default=DEFAULT_WATCH)
    opened_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "watches"
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, ends_at__isnull=True)
                | Q(ends_at__gt=F("opened_at")),
                name="watch_has_length",
            )
        ]

    def __str__(self) -> str:
        return f"watch of {self.deployment}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None
