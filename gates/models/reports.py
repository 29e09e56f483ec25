"""What was handed in for a gate, and who was asked to hand it in again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User


def for_somebody_else() -> Q:
    """Only a result by hand is brought on behalf of somebody, who is then named and another."""
    return Q(on_behalf_of__isnull=True, on_behalf_of_name="") | Q(
        by_hand=True, on_behalf_of__isnull=False, reporter__isnull=False
    ) & ~Q(on_behalf_of_name="") & ~Q(on_behalf_of=F("reporter"))


def voice_of(reporter: User, absent: str) -> str:
    return f"{reporter} for {absent}" if absent else str(reporter)


class Report(models.Model):
    """A report as it was handed in for a gate, kept byte for byte with its SHA-256.

    The body is cut into parts, so that nobody has to hold it whole.
    """

    gate = models.ForeignKey("Gate", on_delete=models.CASCADE, related_name="reports")
    name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_hand = models.BooleanField(default=False)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    source_link = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["gate", "received_at"]
        constraints = [
            models.CheckConstraint(condition=for_somebody_else(), name="report_names_for_whom")
        ]

    def __str__(self) -> str:
        return self.name or f"report for {self.gate}"

    @property
    def voice(self) -> str:
        return voice_of(self.reporter, self.on_behalf_of_name)


class ReportPart(models.Model):
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_part_number_once")
        ]


class ReportRequest(models.Model):
    """Somebody is asked to report a gate again, once for each time that T0 was planned for."""

    gate = models.ForeignKey("Gate", on_delete=models.CASCADE, related_name="report_requests")
    schedule_revision = models.PositiveIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["gate", "schedule_revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "schedule_revision"], name="report_asked_once_per_gate_and_revision"
            )
        ]

    def __str__(self) -> str:
        return f"request for a report of {self.gate}"
