"""Copies, and what is reported of them."""

from __future__ import annotations

from datetime import timedelta

from communications.bounces.reports import Bounced
from communications.definitions import PlanLine
from communications.enums import BounceKind, Kind
from communications.models import Delivery
from deployments import clock
from deployments.enums import Anchor
from deployments.models import Deployment

HOUR = timedelta(hours=1)
GO = PlanLine(Kind.GO_NO_GO, Anchor.T0, -2 * HOUR, "Go?")


def copy_to(deployment: Deployment, address: str) -> Delivery:
    return Delivery.objects.get(message__deployment=deployment, address=address)


def of(copy: Delivery, kind: str = BounceKind.HARD, reason: str = "550 no such user") -> Bounced:
    return Bounced(copy.address, kind, reason, clock.now(), copy.mail_id)
