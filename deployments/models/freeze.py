"""Times in which nothing is deployed, and the single deployments that go all the same."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.zones import validate_zone
from deployments.freezes.recurrence import Series
from deployments.freezes.rules import LONGEST_RULE
from deployments.models.deployment import Deployment
from deployments.models.pairs import both_or_neither
from deployments.models.service import Environment, Service

LONGEST_FREEZE_REASON = 500


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def visible_to(self, user: User | AnonymousUser) -> FreezeQuerySet:
        """Those of services that the person sees, and those that hold for every service."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        seen = Service.objects.visible_to(user)
        return self.filter(Q(service=None) | Q(service__in=seen))

    def standing(self) -> FreezeQuerySet:
        """Those that nobody has ended; whether one holds now, its series says."""
        return self.filter(ended_at=None)

    def with_names(self) -> FreezeQuerySet:
        return self.select_related("service", "environment", "made_by", "ended_by")


class Freeze(models.Model):
    """A window in which nothing starts, of one service or of all, in one environment or in all.

    It is ended, never deleted. The times are those of the first window, the rule repeats it on the
    wall clock of the zone.
    """

    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="freezes"
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64, validators=[validate_zone])
    rule = models.CharField(max_length=LONGEST_RULE, blank=True, help_text="RRULE of RFC 5545.")
    reason = models.CharField(max_length=LONGEST_FREEZE_REASON)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = FreezeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="freeze_lasts"),
            models.CheckConstraint(condition=~Q(reason=""), name="freeze_has_its_reason"),
            models.CheckConstraint(
                condition=both_or_neither("ended_by", "ended_at"),
                name="freeze_ended_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"freeze of {self.scope}: {self.reason}"

    @property
    def scope(self) -> str:
        """What it stops, in words that follow “freeze of”."""
        what = str(self.service) if self.service else "every service"
        return f"{what} in {self.environment}" if self.environment else what

    @property
    def series(self) -> Series:
        return Series(self.starts_at, self.ends_at, self.zone, self.rule)

    def is_about(self, deployment: Deployment) -> bool:
        """Whether the deployment goes where this freeze holds."""
        return self.service_id in {None, deployment.service_id} and self.environment_id in {
            None,
            deployment.environment_id,
        }

    def shares_a_place_with(self, other: Freeze) -> bool:
        """Whether some deployment could be stopped by both."""
        return all(
            None in pair or pair[0] == pair[1]
            for pair in (
                (self.service_id, other.service_id),
                (self.environment_id, other.environment_id),
            )
        )


class Exemption(models.Model):
    """One deployment goes although one freeze stands in its way, for a reason and by a person.

    It covers the windows that begin from `covers_from` to `covers_to`: those that stood in the way
    when it was given. At another time the freeze stops the deployment again.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="exemptions")
    freeze = models.ForeignKey(Freeze, on_delete=models.PROTECT, related_name="exemptions")
    reason = models.CharField(max_length=LONGEST_FREEZE_REASON)
    covers_from = models.DateTimeField()
    covers_to = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    authenticated_by = models.CharField(max_length=30)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=LONGEST_FREEZE_REASON, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "freeze"],
                condition=Q(ended_at__isnull=True),
                name="one_exemption_per_deployment_and_freeze",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_has_its_reason"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True, ended_reason="")
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(ended_reason="")),
                name="exemption_ended_by_at_and_why",
            ),
            models.CheckConstraint(
                condition=Q(covers_to__gte=F("covers_from")), name="exemption_covers_a_window"
            ),
        ]

    def __str__(self) -> str:
        return f"exemption from the {self.freeze}"
