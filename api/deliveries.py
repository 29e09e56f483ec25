"""What a signed delivery comes to: checked, counted once, and answered the same again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from api.exceptions import Gone
from api.models import Delivery, Webhook
from api.signatures import Signed, refusal_of_delivery
from connections.sealing import Unsealable, opened
from deployments import clock
from deployments.exceptions import Refused, require

Answer = dict[str, Any]
# Senders repeat an unanswered delivery for a day or so, each time under its id and signed anew.
# Beyond the tolerance of the timestamp none can be replayed as it was.
KEPT = timedelta(days=3)
NOTE_USE_EVERY = timedelta(minutes=1)
CHANGED = "This webhook-id came before with another body; give every delivery an id of its own."


def check(webhook: Webhook, delivery: Signed) -> None:
    """Raise the refusal of what is not a whole, timely and rightly signed delivery."""
    if webhook.revoked_at or not webhook.machine.is_active:
        whom = "the service's release manager" if webhook.service_id else "an administrator"
        raise Gone(f"This webhook is revoked; ask {whom} for a new one.")
    now = clock.now()
    require(refusal_of_delivery(delivery, _secrets(webhook, now), now))
    if webhook.last_used_at is None or webhook.last_used_at < now - NOTE_USE_EVERY:
        Webhook.objects.filter(pk=webhook.pk).update(last_used_at=now)


@transaction.atomic
def once(webhook: Webhook, delivery: Signed, act: Callable[[], Answer]) -> Answer:
    """Do what the delivery asks for, or answer as the first time.

    The row comes first: of two at once the second waits for it. A refusal by `act` takes the row
    back, so that the delivery may be tried again.
    """
    row, is_new = Delivery.objects.get_or_create(
        webhook=webhook,
        delivery_id=delivery.id,
        defaults={"body_hash": sha256(delivery.body).hexdigest(), "received_at": clock.now()},
    )
    if not is_new:
        if row.body_hash != sha256(delivery.body).hexdigest():
            raise Refused(CHANGED)
        told: Answer = row.answer
        return told
    row.answer = answer = act()
    row.save(update_fields=["answer"])
    return answer


def sweep() -> None:
    """Forget deliveries that nobody repeats any more, and old secrets that hold no longer."""
    now = clock.now()
    Delivery.objects.filter(received_at__lt=now - KEPT).delete()
    Webhook.objects.filter(old_until__lte=now).update(old_secret="", old_until=None)


def _secrets(webhook: Webhook, now: datetime) -> list[str]:
    try:
        return [opened(sealed) for sealed in webhook.sealed_at(now)]
    except Unsealable as error:
        raise Refused(
            "The portal's own key was changed and opens this webhook's secret no longer; "
            "have the secret rotated."
        ) from error
