"""Addresses from which mail comes back: while such a row is there, nothing is sent to it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from communications.enums import BounceKind


class BouncingAddressQuerySet(models.QuerySet["BouncingAddress"]):
    def among(self, addresses: Iterable[str]) -> BouncingAddressQuerySet:
        return self.filter(address__in={address.lower() for address in addresses})


class BouncingAddress(models.Model):
    """Since when mail to an address comes back, and what was said; cleared, the row is gone.

    That it was is said by the events of the history. The address is in small letters.
    """

    address = models.EmailField(unique=True)
    kind = models.CharField(max_length=10, choices=BounceKind)
    reason = models.TextField(blank=True)
    since = models.DateTimeField()

    objects = BouncingAddressQuerySet.as_manager()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["-since", "address"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address=models.functions.Lower("address")),
                name="bouncing_address_is_small",
            )
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def sentence(self) -> str:
        """Why nothing leaves for it, as the copy that does not leave says."""
        why = {
            BounceKind.HARD.value: "it takes no mail",
            BounceKind.SOFT.value: "three mails in a row could not be delivered",
            BounceKind.COMPLAINT.value: "its reader called our mail unwanted",
        }[self.kind]
        said = f" ({self.reason})" if self.reason else ""
        return (
            f"Nothing is sent to this address since {self.since:%d %b %Y, %H:%M} UTC: {why}{said}. "
            "Somebody has to change it, or say that it works again."
        )
