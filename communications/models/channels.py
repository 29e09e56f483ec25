"""A chat room or webhook that is told as people are: one copy of each message."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from communications.enums import ChannelKind
from deployments.models import Service
from deployments.models.pairs import both_or_neither


class ChannelQuerySet(models.QuerySet["Channel"]):
    def on(self) -> ChannelQuerySet:
        return self.filter(switched_off_at__isnull=True)


class Channel(models.Model):
    """Where it leads is sealed: whoever has such an address may write into the room.

    Matrix has no such address but a room at a declared connection, which knows its token.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=ChannelKind)
    title = models.CharField(max_length=80)
    connection_key = models.SlugField(max_length=60, blank=True)
    sealed_address = models.TextField(blank=True, editable=False)
    room = models.CharField(max_length=255, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    switched_off_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    switched_off_at = models.DateTimeField(null=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["service", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "title"], name="channel_title_once_per_service"
            ),
            models.CheckConstraint(
                condition=Q(kind=ChannelKind.MATRIX, sealed_address="")
                & ~Q(room="")
                & ~Q(connection_key="")
                | ~Q(kind=ChannelKind.MATRIX) & Q(room="") & ~Q(sealed_address=""),
                name="channel_has_an_address_or_a_room",
            ),
            models.CheckConstraint(
                condition=both_or_neither("switched_off_by", "switched_off_at"),
                name="channel_switched_off_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_kind_display()})"

    @property
    def name(self) -> str:
        """What a copy to it is known by; no mail address, so that no mail can go there."""
        return f"{self.kind}:{self.pk}"
