"""Is it ready by machine?"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from deployments import portal_hold
from deployments.clock import PortalNow
from deployments.conditions import UNITS
from deployments.enums import BEFORE_START
from deployments.models import Deployment, Service
from gates.enums import (
    ASKED,
    GREEN,
    LIVE_RUN,
    UNDER_WAY,
    GateState,
    Kind,
    OnNoData,
    Outcome,
    RunState,
    Source,
)
from gates.kinds import PROBED, READ, is_runnable
from gates.sources import in_words
from gates.sparks import MOST_BARS
from gates.streaks import Limits


class Metric(models.Model):
    """A number that a service has; conditions name it by key.

    `aliases` are other names by which documents call it. `settings` are those of the kind that
    asks for its value, empty where nobody can be asked.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="metrics")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=20, choices=Source, default=Source.NONE)
    settings = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "key"]
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="metric_key_once_per_service"),
            models.CheckConstraint(
                condition=Q(unit__in=list(UNITS)), name="metric_unit_is_of_conditions"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="metric_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=sorted(ASKED)) | Q(settings={}),
                name="metric_settings_are_of_what_is_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_measured(self) -> bool:
        """Whether its value comes from anywhere at all."""
        return self.source != Source.NONE

    @property
    def is_asked(self) -> bool:
        return self.source in ASKED

    @property
    def source_words(self) -> str:
        return in_words(self.source, self.settings)


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

    def with_recent(self) -> GateQuerySet:
        """With the newest samples of each, newest first, as `recent`: no query per gate."""
        newest = (
            Sample.objects.filter(run__gate=OuterRef("pk"))
            .order_by("-run__number", "-at", "-pk")
            .values(told=JSONObject(at="at", outcome="outcome", value="value"))[:MOST_BARS]
        )
        return self.annotate(recent=ArraySubquery(newest))

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
    def limits(self) -> Limits:
        return Limits(
            self.need_good,
            self.max_bad,
            self.max_bad_streak,
            self.max_error_streak,
            self.on_no_data,
        )


class GateRunQuerySet(models.QuerySet["GateRun"]):
    def live(self) -> GateRunQuerySet:
        return self.filter(state__in=sorted(LIVE_RUN))

    def claimable(self, now: datetime) -> GateRunQuerySet:
        """Live runs whose next sample is due and that no worker holds; none while the portal is."""
        return self.due(now).filter(~portal_hold.on())

    def due(self, now: datetime) -> GateRunQuerySet:
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.live().filter(free, due_at__lte=now)


class GateRun(models.Model):
    """One attempt to answer a gate; leased to one worker at a time, known by its token."""

    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    outcome = models.CharField(max_length=20, choices=GateState, blank=True)
    reason = models.TextField(blank=True)
    report = models.OneToOneField(
        Report, on_delete=models.PROTECT, null=True, related_name="run", editable=False
    )
    follows = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        related_name="looks",
        help_text="The run that made the gate green, which this one looks after.",
    )
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When the next sample is due.")
    hinted_at = models.DateTimeField(help_text="When a worker was last told of it.")
    deadline = models.DateTimeField(null=True)
    starts = models.PositiveSmallIntegerField(
        default=0, help_text="Claims since the last answer; a worker that dies leaves one behind."
    )
    token = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = GateRunQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["gate", "-number"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=sorted(LIVE_RUN)), name="gate_run_due"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["gate", "number"], name="gate_run_number_once"),
            models.UniqueConstraint(
                fields=["gate"],
                condition=Q(state__in=sorted(LIVE_RUN)),
                name="one_live_run_per_gate",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.COMPLETE)
                | (Q(finished_at__isnull=False) & ~Q(outcome="")),
                name="complete_run_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number} of {self.gate}"


class SampleQuerySet(models.QuerySet["Sample"]):
    def counted_for(self, run: GateRun) -> SampleQuerySet:
        """What the run is judged by, oldest first; for a look all since the gate passed."""
        of_run = Q(run=run)
        if run.follows_id is not None:
            of_run |= Q(run__follows=run.follows_id)
        return self.filter(of_run).order_by("at", "pk")


class Sample(models.Model):
    """One measurement with everything that explains it later."""

    run = models.ForeignKey(GateRun, on_delete=models.CASCADE, related_name="samples")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    value = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    threshold = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    target = models.CharField(max_length=500, blank=True)
    source_link = models.CharField(max_length=500, blank=True)
    evidence = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    details = models.JSONField(default=list)
    probe_version = models.CharField(max_length=20, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    by_hand = models.BooleanField(default=False)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf_of_name = models.CharField(max_length=150, blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["run", "at"]
        constraints = [
            models.CheckConstraint(condition=for_somebody_else(), name="sample_names_for_whom")
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} at {self.at:%H:%M:%S}"

    @property
    def voice(self) -> str:
        """Who reported it, as every page names them; nothing for what the portal measured."""
        return voice_of(self.reporter, self.on_behalf_of_name) if self.reporter else ""
