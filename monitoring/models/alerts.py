"""What went wrong in a watch, and the question whether to go back."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import Role, User
from deployments.models import Deployment
from deployments.models.pairs import both_or_neither
from monitoring.enums import OPEN_ANSWERS, Answer, Severity
from monitoring.models.definitions import OPS_LEADS
from monitoring.models.watch import Series


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(closed_at__isnull=True)

    def critical_of(self, deployment: Deployment) -> AlertQuerySet:
        return self.filter(series__watch__deployment=deployment, severity=Severity.CRITICAL)


class Alert(models.Model):
    """One incident of one metric, from the first limit that was passed to the last that is calm.

    `severity` is the worst it came to. One that comes back soon goes on, and is not told anew.
    """

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="alerts")
    severity = models.CharField(max_length=10, choices=Severity)
    is_silence = models.BooleanField(default=False, help_text="Nothing came instead of a value.")
    said = models.CharField(max_length=600, help_text="What was found when it was raised.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=1, help_text="How often it was raised.")
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["series"], condition=Q(closed_at__isnull=True), name="alert_open_once"
            ),
            models.CheckConstraint(
                condition=both_or_neither("acknowledged_by", "acknowledged_at"),
                name="alert_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="alert_closes_after_it_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()}: {self.said}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> QuestionQuerySet:
        return self.filter(answer__in=sorted(OPEN_ANSWERS))

    def overdue(self, now: datetime) -> QuestionQuerySet:
        return self.filter(answer=Answer.ASKED, answer_by__lte=now)


class Question(models.Model):
    """Shall this deployment be rolled back? One at a time, whatever asks it.

    `because` are the sentences of all that ask, `roles` the titles by key of those that may answer;
    the ops leads may where `asks_ops_leads`. What nobody answered stays open to be answered.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="questions")
    because = models.JSONField(default=list)
    is_automatic = models.BooleanField(default=False)
    asks_ops_leads = models.BooleanField(default=True)
    roles = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.ASKED)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment"],
                condition=Q(answer__in=sorted(OPEN_ANSWERS)),
                name="question_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Answer.STAYED) | (Q(answered_by__isnull=False) & ~Q(reason="")),
                name="question_stayed_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=F("asked_at")), name="question_has_time_to_answer"
            ),
            models.CheckConstraint(
                condition=Q(asks_ops_leads=True) | ~Q(roles={}), name="question_asks_somebody"
            ),
        ]

    def __str__(self) -> str:
        return "Shall this deployment be rolled back?"

    @property
    def is_open(self) -> bool:
        return self.answer in OPEN_ANSWERS

    @property
    def deciders(self) -> str:
        """Who may answer, such as “Product owner or the ops leads”."""
        return " or ".join([*sorted(self.roles.values()), *[OPS_LEADS] * self.asks_ops_leads])

    def does_ask(self, decider: Role | None) -> bool:
        return self.asks_ops_leads if decider is None else decider.key in self.roles

    def ask_also(self, decider: Role | None) -> None:
        """Without a role the ops leads are meant."""
        if decider is None:
            self.asks_ops_leads = True
        else:
            self.roles = {**self.roles, decider.key: decider.title}
