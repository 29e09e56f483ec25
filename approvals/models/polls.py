"""The go/no-go poll: when it opens, its rounds and what was answered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Role, User
from approvals.enums import Closed, Verdict
from deployments.models import Deployment


class PollPlan(models.Model):
    """Whether roles are polled before the decision; without a row they are."""

    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, related_name="poll_plan"
    )
    is_on = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "poll" if self.is_on else "no poll"


class Round(models.Model):
    """One opening of the go/no-go poll, for one time T0; answers of earlier ones do not count."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    schedule_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=10, choices=Closed, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["deployment"],
                condition=Q(closed_at__isnull=True),
                name="one_open_round_per_deployment",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="round_closes_after_it_opened"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_why="")
                | Q(closed_at__isnull=False) & ~Q(closed_why=""),
                name="round_closed_at_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"], condition=Q(closed_at__isnull=True), name="round_closing"
            )
        ]

    def __str__(self) -> str:
        return f"round {self.number} of the poll"


class Answer(models.Model):
    """What somebody says for a role in one round; only ever added, the latest of a person counts.

    One that was given on the call says who wrote it down.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="answers")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=150)
    word = models.CharField(max_length=10, choices=Verdict)
    remark = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["round", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(word__in=Verdict.values), name="answer_is_known"),
            models.CheckConstraint(
                condition=Q(word=Verdict.GO) | ~Q(remark=""), name="no_go_and_hold_say_why"
            ),
            models.CheckConstraint(
                condition=Q(written_by__isnull=True) | ~Q(written_by=F("person")),
                name="answer_by_voice_is_written_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_word_display()} for {self.role}"

    @property
    def by_voice(self) -> bool:
        return self.written_by_id is not None
