"""What happened, in chains that show every later change."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from deployments.models.deployment import Deployment


class Chain(models.Model):
    """The head of a chain of events without a deployment: `service:<key>` or `portal`."""

    key = models.CharField(max_length=80, unique=True)
    event_count = models.PositiveBigIntegerField(default=0)
    event_head = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key

    @property
    def chain_key(self) -> str:
        return self.key


class Event(models.Model):
    """One change of state, written in its own transaction; the database refuses to alter it."""

    chain = models.CharField(max_length=80)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, related_name="events"
    )
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    means = models.CharField(max_length=30)
    address = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_text = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        ordering = ["chain", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "sequence"], name="one_event_per_place_in_chain"
            )
        ]
        indexes = [models.Index(fields=["deployment", "-sequence"], name="event_deployment_recent")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.sequence} {self.verb}"


class Outbox(models.Model):
    """An event that not every receiver has seen yet; the row goes when all of them have."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="outbox")
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="outbox_due")]

    def __str__(self) -> str:
        return f"outbox of event {self.event_id}"


class Clock(models.Model):
    """The offset of the portal's clock: one row, zero, writable only under a test clock."""

    offset = models.DurationField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"clock offset {self.offset}"
