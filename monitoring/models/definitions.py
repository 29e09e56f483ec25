"""What is planned to be watched, as the document says it."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Role, User
from deployments.models import Deployment
from monitoring.enums import Severity, Standing, TriggerMode, Verdict

DEFAULT_COUNTDOWN = 15 * 60
OPS_LEADS = "the ops leads"


class Definition(models.Model):
    """What one line of the plan watches: its words, and the condition they were read as.

    An empty condition means that only a person can judge it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="%(class)ss")
    key = models.SlugField(max_length=120)
    position = models.PositiveIntegerField()
    text = models.TextField()
    condition = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="%(class)s_key_once")
        ]

    def __str__(self) -> str:
        return self.text


class Target(Definition):
    """A value to be reached by a deadline; where none is named, by the end of the watch.

    `due_at` is known once the watch is open. `said` explains the verdict in a sentence.
    """

    due_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    said = models.CharField(max_length=600, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Definition.Meta):
        constraints = [
            *Definition.Meta.constraints,
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True, judged_by__isnull=True)
                | (~Q(verdict="") & Q(judged_at__isnull=False)),
                name="target_verdict_has_a_time",
            ),
        ]

    @property
    def is_for_people(self) -> bool:
        """Whether a person judges it: no machine can, could, or has."""
        is_known = bool(self.condition) and self.verdict != Verdict.UNKNOWN
        return not is_known or self.judged_by_id is not None


class Judged(Definition):
    """A limit that is held against every reading while the watch is open."""

    standing = models.CharField(max_length=10, choices=Standing, default=Standing.CALM)
    standing_since = models.DateTimeField(null=True)

    class Meta(Definition.Meta):
        abstract = True


class AlertRule(Judged):
    """Raised by `need_bad` readings in a row that meet the condition.

    Calm again after `need_good` in a row beyond `clears`; without one its own limit is meant.
    """

    severity = models.CharField(max_length=10, choices=Severity, default=Severity.WARNING)
    need_bad = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    need_good = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    clears = models.CharField(max_length=300, blank=True)


class Trigger(Judged):
    """When it holds, the way back is proposed or taken.

    `countdown_seconds` are how long a person may answer before what the mode says happens. Without
    a role in `decided_by` the ops leads answer.
    """

    mode = models.CharField(max_length=10, choices=TriggerMode, default=TriggerMode.RECOMMEND)
    countdown_seconds = models.PositiveIntegerField(default=DEFAULT_COUNTDOWN)
    decided_by = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")

    @property
    def is_automatic(self) -> bool:
        return self.mode == TriggerMode.AUTOMATIC

    @property
    def decider(self) -> str:
        return str(self.decided_by or OPS_LEADS)


class Widget(models.Model):
    """A chart that the document asks for on the watch page."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="widgets")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    series = models.JSONField(default=list)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]

    def __str__(self) -> str:
        return self.title
