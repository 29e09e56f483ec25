"""One run of the command that a step names; a worker does it once or not at all."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from checklists.enums import LIVE_ATTEMPT, AttemptState

SHOWN_LINES = 12


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def live(self) -> AttemptQuerySet:
        return self.filter(state__in=sorted(LIVE_ATTEMPT))

    def abandoned(self, now: datetime) -> AttemptQuerySet:
        """Begun by a worker that no longer says anything."""
        return self.filter(state=AttemptState.RUNNING, lease_until__lte=now)


class Attempt(models.Model):
    """A worker takes it from waiting to running by one conditional UPDATE, so never twice.

    One whose worker is gone is stuck: nobody knows how far it came, and a person is asked.
    """

    item = models.ForeignKey("checklists.Item", on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    command = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.WAITING)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    hinted_at = models.DateTimeField()
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    code = models.IntegerField(null=True, help_text="Exit code; negative for a signal.")
    output = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="What became of it, in one sentence.")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(state__in=sorted(LIVE_ATTEMPT)),
                name="one_live_attempt_of_a_step",
            ),
            models.CheckConstraint(
                condition=~Q(state=AttemptState.RUNNING)
                | Q(token__isnull=False, lease_until__isnull=False, started_at__isnull=False),
                name="running_attempt_has_a_worker",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(LIVE_ATTEMPT), finished_at__isnull=True)
                | (~Q(state__in=sorted(LIVE_ATTEMPT)) & Q(finished_at__isnull=False)),
                name="attempt_that_is_over_has_its_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=sorted(LIVE_ATTEMPT)),
                name="attempt_live",
            )
        ]

    def __str__(self) -> str:
        return f"run {self.number} of “{self.command}”"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_ATTEMPT

    @property
    def last_lines(self) -> str:
        """What fits under a step of the runbook; `tail` is read there in place of the whole."""
        said = getattr(self, "tail", None)
        said = self.output if said is None else said
        return "\n".join(said.rstrip().splitlines()[-SHOWN_LINES:])
