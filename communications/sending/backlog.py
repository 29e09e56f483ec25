"""What should have left by now and has not, and since when: the one figure that says "late"."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, F, Min, When
from django.db.models.functions import Greatest

from communications.enums import DeliveryState
from communications.models import Delivery, Message
from deployments import portal_hold

# A copy waits from when it could leave: not before its message was judged, and through every retry.
COPY_SINCE = Case(
    When(
        state=DeliveryState.RETRY,
        then=Greatest(F("message__due_at"), F("message__expanded_at")),
    ),
    default=Greatest(F("due_at"), F("message__expanded_at")),
)
MESSAGE_SINCE = Greatest(F("due_at"), F("written_at"))


def waiting_since(now: datetime) -> datetime | None:
    """Since when the oldest waits that nothing but the portal keeps; nothing waits while held."""
    copies = Delivery.objects.filter(~portal_hold.on()).on_their_way(now)
    messages = Message.objects.filter(~portal_hold.on()).ripe(now)
    found = [
        copies.aggregate(oldest=Min(COPY_SINCE))["oldest"],
        messages.aggregate(oldest=Min(MESSAGE_SINCE))["oldest"],
    ]
    return min((since for since in found if since is not None), default=None)
