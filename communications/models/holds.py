"""Holding back by hand: while this row is there, nothing of a deployment's plan leaves."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import User
from deployments.models import Deployment


class MessageHold(models.Model):
    """Who holds back the messages of a deployment, since when and why; released, it is gone.

    That it was is said by the events of the history.
    """

    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, related_name="message_hold"
    )
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        app_label = "communications"
        default_permissions = ()

    def __str__(self) -> str:
        return f"Messages of {self.deployment} are held back"


def remember(deployment: Deployment, hold: MessageHold | None) -> None:
    """Note what was read with other rows, so that nobody asks for it once more."""
    _field().set_cached_value(deployment, hold)


def is_remembered(deployment: Deployment) -> bool:
    return bool(_field().is_cached(deployment))


def _field() -> Any:
    return Deployment._meta.get_field("message_hold")
