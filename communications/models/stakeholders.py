"""Who is told without working on a service, and who asked to be told no more."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower

from accounts.models import User
from deployments.models import Service

LANGUAGE = "en"


class Stakeholder(models.Model):
    """Somebody who is told about a service's deployments; an account is optional.

    `key` names the entry in their links; another address has another key, so that whoever has an
    old mail speaks for nobody else.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="stakeholders")
    name = models.CharField(max_length=120)
    address = models.EmailField()
    language = models.CharField(max_length=16, default=LANGUAGE)
    zone = models.CharField(max_length=64, default="UTC")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["service", "name"]
        constraints = [
            models.UniqueConstraint(
                "service", Lower("address"), name="stakeholder_address_once_per_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class OptOut(models.Model):
    """Somebody left the messages of a service; it outlives their entry of the list.

    While there is one, nothing of the service goes to the address or the account, whoever puts it
    on a list again. Only they themselves end it, and the row is gone then.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="opt_outs")
    address = models.EmailField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="opt_outs")
    key = models.UUIDField(null=True, help_text="Of their entry of the list, if they had one.")
    left_at = models.DateTimeField()

    class Meta:
        app_label = "communications"
        default_permissions = ()
        ordering = ["service", "left_at"]
        constraints = [
            models.UniqueConstraint("service", Lower("address"), name="one_opt_out_per_address")
        ]

    def __str__(self) -> str:
        return f"{self.address} left {self.service}"
