"""How the portal itself runs: what holds it, and when each sweep last came by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PortalHold(models.Model):
    """While its one row is there, the portal does nothing by itself; released, it is gone.

    No mail leaves, no gate runs, nothing is decided because time passed. A row and no setting, so
    that nobody has to remember it where the portal is started.
    """

    held_at = models.DateTimeField()
    reason = models.TextField()
    backup_from = models.DateTimeField(
        null=True, help_text="When the backup was taken that was restored."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="portal_hold_is_one_row"),
        ]

    def __str__(self) -> str:
        return "the portal"


class Tick(models.Model):
    """When a sweep last ran to its end, by its task's name."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    waiting_since = models.DateTimeField(
        null=True, help_text="Since when the oldest that was due by then had been waiting."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
