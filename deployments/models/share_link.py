"""The link by which somebody without an account reads how one deployment stands."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from deployments.clock import PortalNow
from deployments.models.deployment import Deployment


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def standing(self, now: datetime | PortalNow) -> ShareLinkQuerySet:
        """Those that open a page: not revoked by anybody, and not expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ShareLink(models.Model):
    """Whoever has its secret reads one page of one deployment, and nothing else.

    The digest finds it. The sealed secret is there for the mails that carry the link again; it is
    forgotten when the link is revoked. The row is never deleted.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="To the minute.")

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment"],
                condition=Q(revoked_at__isnull=True),
                name="one_share_link_per_deployment",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False, sealed_secret=""),
                name="share_link_revoked_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="share_link_lasts_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"stakeholder link made {self.made_at:%d %b %Y %H:%M} UTC"

    def is_standing(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now
