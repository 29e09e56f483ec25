"""A red gate that two people take responsibility for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from deployments.clock import PortalNow
from deployments.models import Deployment
from deployments.models.pairs import both_or_neither
from gates.models import Gate


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def open(self) -> WaiverQuerySet:
        """Not ended in any way, of a gate that is still there and may still be waived.

        Whether it still asks the same is another question (`approvals.waivers`).
        """
        return self.filter(
            ended_at__isnull=True,
            ends_at__gt=PortalNow(),
            gate__removed_at__isnull=True,
            gate__unwaivable=False,
        )

    def unsigned(self) -> WaiverQuerySet:
        """Asked for and not taken back, also if the time that was asked for is over."""
        return self.filter(signed_at__isnull=True, ended_at__isnull=True)


class Waiver(models.Model):
    """A red gate that two people take responsibility for, until an end.

    `question` is the digest of what the gate asked, of which commit; another question is not
    waived. Nothing is deleted: one that is taken back says by whom.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="waivers")
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="waivers")
    question = models.CharField(max_length=64)
    red_state = models.CharField(max_length=20)
    red_reason = models.TextField(blank=True)
    reason = models.TextField()
    risk_owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_means = models.CharField(max_length=30)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_means = models.CharField(max_length=30, blank=True)
    signed_role = models.CharField(max_length=100, blank=True)
    signed_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who was away, where a stand-in signed.",
    )
    signed_for_name = models.CharField(max_length=150, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("asked_at")), name="waiver_ends"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("asked_by")),
                name="waiver_is_signed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(signed_for__isnull=True, signed_for_name="")
                | Q(signed_for__isnull=False, signed_by__isnull=False)
                & ~Q(signed_for_name="")
                & ~Q(signed_for=F("signed_by"))
                & ~Q(signed_for=F("asked_by")),
                name="waiver_names_for_whom_it_is_signed",
            ),
            models.CheckConstraint(
                condition=both_or_neither("ended_by", "ended_at"),
                name="waiver_ended_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["gate"],
                condition=Q(ended_at__isnull=True, signed_at__isnull=True),
                name="one_open_waiver_per_gate",
            ),
        ]

    def __str__(self) -> str:
        return f"waiver of {self.gate}"

    @property
    def signature(self) -> str:
        """Whose second signature it bears, as every page and record names it."""
        return (
            f"{self.signed_by} for {self.signed_for_name}"
            if self.signed_for_id
            else str(self.signed_by)
        )
