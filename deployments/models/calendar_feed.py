"""The private link by which a person's other calendar reads what they see here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User


class CalendarFeed(models.Model):
    """Whoever has its secret reads the calendar of one person, as that person would see it now.

    Only the digest is kept. The row is never deleted.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="To the minute.")

    class Meta:
        default_permissions = ()
        ordering = ["person", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(revoked_at__isnull=True),
                name="one_calendar_feed_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"calendar link made {self.made_at:%d %b %Y %H:%M} UTC"
