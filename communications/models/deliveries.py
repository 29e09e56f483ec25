"""One recipient's copy of a message."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Lower

from accounts.models import User
from communications.enums import (
    EXPLAINED,
    LEFT,
    UNDER_WAY,
    WAITING,
    BounceKind,
    DeliveryState,
    EntryStatus,
)
from communications.holding import held
from communications.models.channels import Channel
from communications.models.messages import Message
from communications.models.stakeholders import LANGUAGE, Stakeholder
from deployments import portal_hold


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> DeliveryQuerySet:
        waiting = self.filter(~portal_hold.on(), state__in=WAITING, due_at__lte=now)
        return waiting.exclude(held(now, "message__"))

    def on_their_way(self, now: datetime) -> DeliveryQuerySet:
        """Not sent yet, though nothing but the portal itself keeps them."""
        return self.filter(state__in=WAITING | UNDER_WAY).exclude(held(now, "message__"))

    def with_message(self) -> DeliveryQuerySet:
        """Copies of one message share it: it is read once for all of them."""
        messages = Message.objects.select_related(
            "plan",
            "event",
            "deployment__service",
            "deployment__environment",
            "deployment__lead",
        )
        copies = self.select_related("stakeholder", "channel__service")
        return copies.prefetch_related(Prefetch("message", messages))


class Delivery(models.Model):
    """One recipient's copy of a message, leased to one worker at a time."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    name = models.CharField(max_length=150)
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    address = models.EmailField(help_text="Of a channel its name, which no mail server knows.")
    language = models.CharField(max_length=16, default=LANGUAGE)
    zone = models.CharField(max_length=64, default="UTC")
    knew_t0 = models.DateTimeField(
        null=True, help_text="The other T0 that this reader was told before."
    )
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.SCHEDULED)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField(null=True)
    mail_id = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    entry = models.CharField(
        max_length=10, choices=EntryStatus, default=EntryStatus.NONE, blank=True
    )
    bounce = models.CharField(max_length=10, choices=BounceKind, blank=True)
    bounced_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = "deliveries"
        ordering = ["message", "name"]
        indexes = [
            models.Index(
                # In the order in which they are claimed, so that the rest is not looked at.
                fields=["due_at", "id"],
                condition=Q(state__in=sorted(WAITING)),
                name="delivery_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=sorted(UNDER_WAY)),
                name="delivery_leased",
            ),
            models.Index(Lower("address"), name="delivery_address"),
            models.Index(
                fields=["sent_at"], condition=Q(state=DeliveryState.SENT), name="delivery_sent"
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=sorted(EXPLAINED)),
                name="delivery_explained",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "message", Lower("address"), name="one_copy_per_recipient_and_message"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(LEFT), sent_at__isnull=False)
                | (~Q(state__in=sorted(LEFT)) & Q(sent_at__isnull=True)),
                name="sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(bounce="", bounced_at__isnull=True)
                | (~Q(bounce="") & Q(bounced_at__isnull=False)),
                name="bounce_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.BOUNCED)
                | Q(bounce__in=[BounceKind.HARD, BounceKind.SOFT]),
                name="bounced_copy_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.address}"
