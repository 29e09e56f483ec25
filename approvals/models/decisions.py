"""GO, HOLD and NO-GO, and the review of one over what stood in the way."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from approvals.enums import Verdict
from deployments.models import Deployment


class Decision(models.Model):
    """The ops lead's word, with the facts it was taken on; a new one names the one it replaces."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    latest_start = models.DateTimeField(null=True)
    overridden = models.JSONField(
        default=dict, help_text="Break-glass: the obstacles that it passed over, by their keys."
    )
    second_person = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Break-glass: who was named beside the one who decided.",
    )
    dossier = models.JSONField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=~Q(content_hash=""), name="decision_names_its_content"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.GO) | Q(latest_start__isnull=False),
                name="go_has_latest_start",
            ),
            models.CheckConstraint(
                condition=Q(overridden={}, second_person__isnull=True)
                | Q(verdict=Verdict.GO, second_person__isnull=False) & ~Q(overridden={}),
                name="break_glass_is_a_go_of_two",
            ),
            models.CheckConstraint(
                condition=Q(second_person__isnull=True) | ~Q(second_person=F("decided_by")),
                name="break_glass_names_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.decided_by_name}"

    @property
    def is_break_glass(self) -> bool:
        return bool(self.overridden)


class Review(models.Model):
    """What has to be looked into after a break-glass GO; the deployment closes only after it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="review")
    due_at = models.DateTimeField()
    findings = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True, findings="")
                | Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(findings=""),
                name="review_closed_by_and_at_with_findings",
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.decision}"
