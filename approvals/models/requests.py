"""The asking for signatures, and what keeps them from being given in time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from approvals.enums import Stage
from approvals.models.rules import Rule
from deployments.models import Deployment


class Request(models.Model):
    """The asking for the signatures of one rule, open until the rule holds or the review ends."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="requests")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="requests")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(choices=Stage, default=Stage.ASKED)
    next_at = models.DateTimeField(null=True, help_text="When the next word to them is due.")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["rule", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(settled_at__isnull=True),
                name="one_open_request_per_rule",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(settled_at__isnull=True), name="request_next_word"
            )
        ]

    def __str__(self) -> str:
        return f"request to {self.rule.role}"


class Shortage(models.Model):
    """Signatures that nobody can give before T0, told once until that is no longer so."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="shortages")
    what = models.CharField(max_length=200, help_text="The key of the warning.")
    told_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "what"],
                condition=Q(settled_at__isnull=True),
                name="shortage_told_once_while_it_lasts",
            )
        ]

    def __str__(self) -> str:
        return f"shortage of signatures for {self.deployment}"
