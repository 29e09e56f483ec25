"""A technical question with how it is asked and where it stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import ExpressionWrapper, Q

from deployments.clock import PortalNow
from deployments.enums import BEFORE_START
from deployments.models import Deployment
from gates.enums import (
    GREEN,
    UNDER_WAY,
    GateState,
    Kind,
    OnNoData,
)
from gates.kinds import PROBED, READ, is_runnable
from gates.streaks import Limits


def past_freshness() -> Q:
    """Gates whose answer has grown old, whether or not a sweep said so yet; the only judge of it.

    After the start nobody asks any more, and an answer stays as it was.
    """
    return Q(stale_at__lte=PortalNow(), deployment__state__in=sorted(BEFORE_START))


class GateQuerySet(models.QuerySet["Gate"]):
    def as_of_now(self) -> GateQuerySet:
        """With the judgment on each gate's freshness, so that no gate has to ask for its own."""
        judged = ExpressionWrapper(past_freshness(), output_field=models.BooleanField())
        return self.annotate(is_past_freshness=judged)

    def runnable(self) -> GateQuerySet:
        """Those that a worker can answer by itself, as `Gate.is_runnable` says of one."""
        return self.filter(Q(kind__in=sorted(PROBED)) | _fetched())

    def reported(self) -> GateQuerySet:
        """Those that wait for somebody to report."""
        return self.exclude(kind__in=sorted(PROBED)).exclude(_fetched())


def _fetched() -> Q:
    """A report that the gate names the address of."""
    return Q(kind__in=sorted(READ), settings__has_key="url") & ~Q(settings__url="")


class PresentGates(models.Manager["Gate"]):
    """All but those that were taken out of the plan."""

    def get_queryset(self) -> GateQuerySet:
        return GateQuerySet(self.model, using=self._db).filter(removed_at__isnull=True)

    def as_of_now(self) -> GateQuerySet:
        return self.get_queryset().as_of_now()

    def runnable(self) -> GateQuerySet:
        return self.get_queryset().runnable()

    def reported(self) -> GateQuerySet:
        return self.get_queryset().reported()


class Gate(models.Model):
    """A technical question and the limits within which its samples answer it.

    Durations are in seconds of elapsed time; limits count samples. One that is taken out of the
    plan keeps its row for what was measured.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="gates")
    key = models.SlugField(max_length=120)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind)
    settings = models.JSONField(default=dict)
    condition = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    machine_only = models.BooleanField(default=False)
    unwaivable = models.BooleanField(default=False)
    interval = models.DurationField(default=timedelta(seconds=10))
    settle = models.DurationField(default=timedelta(0))
    timeout = models.DurationField(default=timedelta(minutes=10))
    need_good = models.PositiveSmallIntegerField(default=1)
    max_bad = models.PositiveSmallIntegerField(default=0)
    max_bad_streak = models.PositiveSmallIntegerField(default=0)
    max_error_streak = models.PositiveSmallIntegerField(default=5)
    on_no_data = models.CharField(max_length=10, choices=OnNoData, default=OnNoData.WAIT)
    freshness = models.DurationField(default=timedelta(hours=24))

    claim = models.CharField(
        max_length=300, blank=True, help_text="What the document says; never a sample."
    )
    claimed_done = models.BooleanField(default=False)
    line = models.PositiveIntegerField(null=True, blank=True)

    state = models.CharField(max_length=20, choices=GateState, default=GateState.PENDING)
    state_at = models.DateTimeField(null=True)
    state_reason = models.TextField(blank=True)
    stale_at = models.DateTimeField(
        null=True, editable=False, help_text="When a green gate stops being fresh."
    )
    last_sample = models.ForeignKey(
        "Sample", on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PresentGates()
    every = GateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="gate_key_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="gate_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=GateState.values), name="gate_state_is_known"
            ),
            models.CheckConstraint(condition=Q(need_good__gte=1), name="gate_needs_a_good_sample"),
        ]
        indexes = [
            models.Index(
                fields=["stale_at"], condition=Q(stale_at__isnull=False), name="gate_stale_due"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> GateState:
        """Where it stands at this instant: green past its freshness is stale, sweep or no sweep.

        Load it with `as_of_now()` where there are many; alone it asks the database itself.
        """
        if self.state in GREEN and self._is_past_freshness():
            return GateState.STALE
        return GateState(self.state)

    def _is_past_freshness(self) -> bool:
        if self.stale_at is None:
            return False
        if "is_past_freshness" in self.__dict__:
            return bool(self.__dict__["is_past_freshness"])
        return Gate.objects.filter(past_freshness(), pk=self.pk).exists()

    @property
    def standing_reason(self) -> str:
        return self.why_stale if self.standing != self.state else self.state_reason

    @property
    def standing_since(self) -> datetime | None:
        return self.stale_at if self.standing != self.state else self.state_at

    @property
    def why_stale(self) -> str:
        measured = self.stale_at - self.freshness if self.stale_at else None
        when = f"at {measured:%Y-%m-%d %H:%M} UTC" if measured else "earlier"
        return f"measured {when}, which is too long ago"

    @property
    def is_green(self) -> bool:
        return self.standing in GREEN

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_runnable(self) -> bool:
        """Whether a worker can answer it; a reported gate waits for its reporter."""
        return is_runnable(self.kind, self.settings)

    @property
    def takes_reports(self) -> bool:
        """Whether a report file answers it."""
        return self.kind in READ

    @property
    def follows_branch(self) -> bool:
        """A git gate without a branch of its own asks about the deployment's."""
        return self.kind == Kind.GIT and not self.settings.get("branch")

    @property
    def limits(self) -> Limits:
        return Limits(
            self.need_good,
            self.max_bad,
            self.max_bad_streak,
            self.max_error_streak,
            self.on_no_data,
        )
