"""Who is told, when?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User
from communications.enums import UNDER_WAY, WAITING, Anchor, DeliveryState, Kind
from deployments.models import Deployment, Service


class Stakeholder(models.Model):
    """Somebody who is told about a service's deployments; an account is optional."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="stakeholders")
    name = models.CharField(max_length=120)
    address = models.EmailField()
    zone = models.CharField(max_length=64, default="UTC")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "address"], name="stakeholder_address_once_per_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class MessagePlan(models.Model):
    """One line of the communication plan: what is told, and when relative to which moment."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="message_plan")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    anchor = models.CharField(max_length=20, choices=Anchor)
    offset = models.DurationField(help_text="From the anchor; negative is before it.")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """A plan line with a due time: a row, never a timer; one per schedule revision."""

    plan = models.ForeignKey(MessagePlan, on_delete=models.CASCADE, related_name="messages")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="messages")
    schedule_revision = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    expanded_at = models.DateTimeField(
        null=True, help_text="When the audience became one row per recipient."
    )

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "schedule_revision"], name="one_message_per_plan_and_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} due {self.due_at:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """One recipient's copy of a message, leased to one worker at a time."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    name = models.CharField(max_length=150)
    address = models.EmailField()
    zone = models.CharField(max_length=64, default="UTC")
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.SCHEDULED)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField(null=True)
    mail_id = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "deliveries"
        ordering = ["message", "name"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=sorted(WAITING)), name="delivery_due"
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=sorted(UNDER_WAY)),
                name="delivery_leased",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "address"], name="one_copy_per_recipient_and_message"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.address}"
