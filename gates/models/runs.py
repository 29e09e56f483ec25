"""One attempt to answer a gate, and what each measurement of it said."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from deployments import portal_hold
from gates.enums import (
    LIVE_RUN,
    GateState,
    Outcome,
    RunState,
)
from gates.links import is_web_link
from gates.models.gates import Gate
from gates.models.reports import Report, for_somebody_else, voice_of
from gates.sparks import MOST_BARS


class GateRunQuerySet(models.QuerySet["GateRun"]):
    def live(self) -> GateRunQuerySet:
        return self.filter(state__in=sorted(LIVE_RUN))

    def claimable(self, now: datetime) -> GateRunQuerySet:
        """Live runs whose next sample is due and that no worker holds; none while the portal is."""
        return self.due(now).filter(~portal_hold.on())

    def held(self, pk: int, token: uuid.UUID) -> GateRunQuerySet:
        """The one run as long as the claim that has this token holds it."""
        return self.filter(pk=pk, token=token, state=RunState.RUNNING)

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

    @property
    def has_web_link(self) -> bool:
        """What is taken today is one; whatever a row has from earlier, nobody follows another."""
        return is_web_link(self.source_link)


def recent_samples() -> ArraySubquery:
    """Of each gate of a query the newest, newest first: no further query for any of them."""
    newest = (
        Sample.objects.filter(run__gate=OuterRef("pk"))
        .order_by("-run__number", "-at", "-pk")
        .values(told=JSONObject(at="at", outcome="outcome", value="value"))[:MOST_BARS]
    )
    return ArraySubquery(newest)
