"""Something to tell at a due time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import User
from communications.enums import Awaits, Kind, MessageState
from communications.holding import held
from communications.models.lines import MessagePlan
from deployments import portal_hold
from deployments.models import Deployment, Event
from deployments.models.pairs import both_or_neither

# What leaves within so long of its time comes when it was to come.
PUNCTUAL_WITHIN = timedelta(minutes=15)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> MessageQuerySet:
        """What the sweep has to look at; messages that wait for people are left alone."""
        rested = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
        return self.ripe(now).filter(rested, ~portal_hold.on())

    def ripe(self, now: datetime) -> MessageQuerySet:
        """Whose time has come, whatever the portal itself is doing."""
        return self.filter(state=MessageState.PLANNED, due_at__lte=now).exclude(held(now))


class Message(models.Model):
    """Something to tell at a due time: a row, never a timer.

    It comes from a plan line, once per schedule revision, or from an event, once per kind. One
    that names T0 carries it with its revision and leaves only while that is the current one.
    """

    plan = models.ForeignKey(
        MessagePlan, on_delete=models.CASCADE, null=True, related_name="messages"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="What it says besides its letter.")
    reworded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reworded_at = models.DateTimeField(
        null=True, help_text="When its text became another than its line's."
    )
    waits_for = models.CharField(max_length=20, choices=Awaits, default=Awaits.NOTHING, blank=True)
    schedule_revision = models.PositiveIntegerField(
        null=True, help_text="Empty where a new time changes nothing of what it says."
    )
    t0 = models.DateTimeField(null=True, help_text="The time T0 that it names.")
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=MessageState, default=MessageState.PLANNED)
    expanded_at = models.DateTimeField(
        null=True, help_text="When the audience became one row per recipient."
    )
    entry_sequence = models.PositiveIntegerField(
        null=True, help_text="The SEQUENCE of the calendar entries that go with its copies."
    )
    first_sent_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(
        default=0, help_text="How often its copies could not be written."
    )
    retry_at = models.DateTimeField(null=True, help_text="When that is tried again.")
    skipped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    skip_reason = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "due_at"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=MessageState.PLANNED), name="message_due"
            ),
            models.Index(
                fields=["id"],
                condition=Q(state=MessageState.LEAVING, first_sent_at__isnull=True),
                name="message_not_told_yet",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "schedule_revision"], name="one_message_per_plan_and_revision"
            ),
            models.UniqueConstraint(
                fields=["event", "kind"], name="one_message_per_event_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=False) | Q(event__isnull=False),
                name="message_has_a_plan_line_or_an_event",
            ),
            models.CheckConstraint(
                condition=Q(t0__isnull=True) | Q(schedule_revision__isnull=False),
                name="message_that_names_t0_has_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.LEAVING, expanded_at__isnull=False)
                | (~Q(state=MessageState.LEAVING) & Q(first_sent_at__isnull=True)),
                name="leaving_message_has_copies",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SKIPPED)
                | (Q(skipped_by__isnull=False) & ~Q(skip_reason="")),
                name="message_skip_has_who_and_why",
            ),
            models.CheckConstraint(
                condition=both_or_neither("reworded_by", "reworded_at"),
                name="message_reworded_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} due {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def is_late(self) -> bool:
        """It was already due when its time became known."""
        return self.due_at < self.written_at

    @property
    def has_waited(self) -> bool:
        """For people, long after its time: the review began late, or it was on hold."""
        began = self.expanded_at
        return began is not None and began > self.due_at + PUNCTUAL_WITHIN
