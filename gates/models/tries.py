"""Settings that are not saved, measured once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from deployments.models import Deployment, Service
from gates.enums import (
    Kind,
    Outcome,
)


class TryOut(models.Model):
    """One measurement with settings that are not saved yet; gone ten minutes after it was asked.

    That of a gate belongs to its deployment, that of a metric to its service.
    """

    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, null=True, related_name="tries"
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="tries")
    kind = models.CharField(max_length=20, choices=Kind)
    settings = models.JSONField(default=dict)
    condition = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=20, blank=True, help_text="Of the metric.")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    found = models.JSONField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(deployment__isnull=False, service__isnull=True)
                | Q(deployment__isnull=True, service__isnull=False),
                name="try_out_of_a_gate_or_of_a_metric",
            )
        ]

    def __str__(self) -> str:
        return (
            f"try-out of a {self.get_kind_display()} {'gate' if self.deployment_id else 'metric'}"
        )

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.found["outcome"]).label) if self.found else ""
