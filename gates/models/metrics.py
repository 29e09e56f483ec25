"""A number that a service has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from deployments.conditions import UNITS
from deployments.models import Service
from gates.enums import (
    ASKED,
    Source,
)
from gates.sources import in_words


class Metric(models.Model):
    """A number that a service has; conditions name it by key.

    `aliases` are other names by which documents call it. `settings` are those of the kind that
    asks for its value, empty where nobody can be asked.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="metrics")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=20, choices=Source, default=Source.NONE)
    settings = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "key"]
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="metric_key_once_per_service"),
            models.CheckConstraint(
                condition=Q(unit__in=list(UNITS)), name="metric_unit_is_of_conditions"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="metric_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=sorted(ASKED)) | Q(settings={}),
                name="metric_settings_are_of_what_is_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_measured(self) -> bool:
        """Whether its value comes from anywhere at all."""
        return self.source != Source.NONE

    @property
    def is_asked(self) -> bool:
        return self.source in ASKED

    @property
    def source_words(self) -> str:
        return in_words(self.source, self.settings)
