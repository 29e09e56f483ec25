"""Who signs, and who is polled, as the plan says it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import Role
from approvals.enums import LONGEST_HOLD
from deployments.models import Deployment


class PresentRules(models.Manager["Rule"]):
    """All but those that were taken out of the plan."""

    def get_queryset(self) -> models.QuerySet[Rule]:
        return super().get_queryset().filter(removed_at__isnull=True)


class Rule(models.Model):
    """Under which role how many people sign, and what they take responsibility for.

    One that is taken out of the plan keeps its row for the votes under it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rules")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=80)
    position = models.PositiveIntegerField()
    statement = models.TextField()
    count = models.PositiveSmallIntegerField(default=1)
    order_group = models.PositiveSmallIntegerField(default=1)
    time_sensitive = models.BooleanField(
        null=True, help_text="Signed again when the time moves; empty: as the role says."
    )
    asked_until = models.DurationField(
        null=True, help_text="How long before T0 the signature is due; empty: when the poll opens."
    )
    holds_for = models.DurationField(
        default=LONGEST_HOLD, help_text="How long after it was given a signature allows a start."
    )
    line = models.PositiveIntegerField(null=True, blank=True)

    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PresentRules()
    every = models.Manager["Rule"]()

    # Read with it where it is asked how it stands (signoff.py).
    asked_at: datetime | None = None

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="rule_key_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="rule_needs_somebody"),
            models.CheckConstraint(
                condition=Q(holds_for__gt=timedelta(0), holds_for__lte=LONGEST_HOLD),
                name="signature_holds_at_most_14_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.statement}"

    @property
    def is_time_sensitive(self) -> bool:
        own = self.time_sensitive
        return self.role.time_sensitive if own is None else own


class PolledRole(models.Model):
    """A role whose go the document asks for at the final authorization."""

    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, related_name="polled_roles"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField(blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["deployment", "role"], name="role_polled_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.purpose}"
