"""A message that is due now, and its copy to a room."""

from __future__ import annotations

from datetime import timedelta

from communications import sender
from communications.chat import poster
from communications.definitions import PlanLine
from communications.enums import Kind
from communications.models import Channel, Delivery
from deployments.enums import Anchor

HOUR = timedelta(hours=1)
NOW = PlanLine(Kind.NOTICE, Anchor.T0, -24 * HOUR, "Notice")


def sweep() -> None:
    sender.sweep()
    poster.sweep()


def copy_to(channel: Channel) -> Delivery:
    return Delivery.objects.get(channel=channel)
