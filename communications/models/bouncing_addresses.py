"""Addresses from which mail comes back: while such a row stands, nothing is sent to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from accounts.models import User
from communications.enums import BounceKind
from deployments.models.pairs import both_or_neither


class BouncingAddressQuerySet(models.QuerySet["BouncingAddress"]):
    def standing(self) -> BouncingAddressQuerySet:
        return self.filter(cleared_at__isnull=True)

    def among(self, addresses: Iterable[str]) -> BouncingAddressQuerySet:
        """Those of these addresses to which nothing is sent."""
        return self.standing().filter(address__in={address.lower() for address in addresses})


class BouncingAddress(models.Model):
    """Since when mail to an address comes back and why, until a person says that it works again.

    The row of one that works again stays: it says until when a bounce is old news. The address is
    in small letters.
    """

    address = models.EmailField(unique=True)
    kind = models.CharField(max_length=10, choices=BounceKind)
    reason = models.TextField(blank=True)
    since = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BouncingAddressQuerySet.as_manager()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["-since", "address"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("cleared_at", "cleared_by"),
                name="cleared_address_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def is_old_news(self, at: datetime) -> bool:
        """Whether what bounced then was before somebody said that the address works again."""
        return self.cleared_at is not None and at <= self.cleared_at

    @property
    def why(self) -> str:
        return WHY[self.kind] + (f": {self.reason.rstrip('.')}" if self.reason else "")

    @property
    def sentence(self) -> str:
        """Why a copy to it does not leave."""
        return (
            f"Nothing is sent to this address since {self.since:%d %b %Y, %H:%M} UTC. {self.why}. "
            "Change it, or say that it works again."
        )


WHY: dict[str, str] = {
    BounceKind.HARD: "It takes no mail",
    BounceKind.SOFT: "Three mails in a row could not be delivered",
    BounceKind.COMPLAINT: "Its reader called a mail of the portal unwanted",
}
