"""A copy of a message for the person who prepares it: it tells nobody and counts nowhere."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from communications.enums import TrialState
from deployments import portal_hold


class TrialQuerySet(models.QuerySet["Trial"]):
    def due(self) -> TrialQuerySet:
        return self.filter(~portal_hold.on(), state=TrialState.ASKED)

    def lost(self, now: datetime) -> TrialQuerySet:
        """Those that a worker took and never came back from."""
        return self.filter(state=TrialState.TAKEN, lease_until__lte=now)


class Trial(models.Model):
    """One test copy, of a plan line or of a message, to whoever asked for it."""

    plan = models.ForeignKey(
        "communications.MessagePlan", on_delete=models.CASCADE, null=True, related_name="trials"
    )
    message = models.ForeignKey(
        "communications.Message", on_delete=models.CASCADE, null=True, related_name="trials"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField()
    is_technical = models.BooleanField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=TrialState, default=TrialState.ASKED)
    token = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True, help_text="Why it did not leave.")

    objects = TrialQuerySet.as_manager()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=[TrialState.ASKED, TrialState.TAKEN]),
                name="trial_under_way",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(plan__isnull=False) ^ Q(message__isnull=False),
                name="trial_of_a_line_or_a_message",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[TrialState.ASKED, TrialState.TAKEN], ended_at__isnull=True)
                | (~Q(state__in=[TrialState.ASKED, TrialState.TAKEN]) & Q(ended_at__isnull=False)),
                name="trial_that_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Test copy of {self.message or self.plan} to {self.address}"
