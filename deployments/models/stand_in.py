"""Who is away from a service and when, and who signs for them meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast

from accounts.models import User
from deployments.models.pairs import both_or_neither
from deployments.models.service import Service

LONGEST_ABSENCE_REASON = 200


def _one(column: str) -> Func:
    """A number as a range of itself, which an exclusion compares without an extension."""
    number = Cast(column, models.BigIntegerField())
    return Func(number, number, Value("[]"), function="int8range")


class StandInQuerySet(models.QuerySet["StandIn"]):
    def lasting(self, now: datetime) -> StandInQuerySet:
        """Not ended by anybody, and not over: under way or planned."""
        return self.filter(revoked_at__isnull=True, ends_at__gt=now)

    def over(self, now: datetime) -> StandInQuerySet:
        """Ended at their time, not by anybody."""
        return self.filter(revoked_at__isnull=True, ends_at__lte=now)

    def with_names(self) -> StandInQuerySet:
        return self.select_related("service", "absent", "stand_in", "named_by")


class StandIn(models.Model):
    """One absence of one person from one service; without a stand-in they are just away.

    It ends at its time or when somebody revokes it, and is never deleted.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="stand_ins")
    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="stands_in"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_ABSENCE_REASON, blank=True)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = StandInQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(
                fields=["stand_in", "service"],
                condition=Q(revoked_at__isnull=True),
                name="stand_in_of_whom",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("absent")),
                name="nobody_stands_in_for_themselves",
            ),
            models.CheckConstraint(
                condition=both_or_neither("revoked_by", "revoked_at"),
                name="stand_in_revoked_by_and_at",
            ),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[
                    (_one("absent"), RangeOperators.OVERLAPS),
                    (_one("service"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        said = f"{self.stand_in} for {self.absent}" if self.stand_in else f"{self.absent} away"
        return f"{said}, {self.starts_at:%d %b %Y %H:%M} to {self.ends_at:%d %b %Y %H:%M} UTC"
