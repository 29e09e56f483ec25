"""What may machines say and ask?"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from deployments.models import Service


class Token(models.Model):
    """A machine's key to one service; only the hash is kept, and it never votes or decides."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="tokens")
    machine = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    title = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    may_report = models.BooleanField(default=True)
    may_read = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "-created_at"]

    def __str__(self) -> str:
        return f"{self.title} ({self.prefix}…)"

    @property
    def scopes(self) -> list[str]:
        said = (("report", self.may_report), ("read", self.may_read))
        return [scope for scope, may in said if may]


class Webhook(models.Model):
    """An address at which a machine's signed deliveries arrive; it reports and nothing else.

    One of a service takes results for its gates; one of no service belongs to the portal and takes
    mail that came back. Its secrets are sealed, not hashed: a signature is checked with the secret
    itself. After a rotation the one before holds until `old_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    machine = models.ForeignKey(User, on_delete=models.PROTECT, related_name="webhooks")
    title = models.CharField(max_length=120)
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["service", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(secret="", old_secret=""),
                name="revoked_webhook_keeps_no_secret",
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_until=None)
                | (~Q(old_secret="") & Q(old_until__isnull=False)),
                name="old_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def chain_key(self) -> str:
        """The chain that says what became of it."""
        return f"service:{self.service.key}" if self.service else "portal"

    def sealed_at(self, now: datetime) -> list[str]:
        """The sealed secrets that hold at this instant, the newest first."""
        is_old_valid = self.old_until is not None and now < self.old_until
        return [self.secret, self.old_secret] if is_old_valid else [self.secret]


class Delivery(models.Model):
    """One delivery that counted, with its answer, so that sent again it counts no second time."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    delivery_id = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)
    answer = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["webhook", "delivery_id"], name="delivery_counts_once")
        ]
