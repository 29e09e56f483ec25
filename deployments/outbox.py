"""Delivers events to their receivers; a row stays until every one of them ran."""

import logging
from datetime import timedelta

from django.db import transaction

from deployments import clock, provenance
from deployments.models import Event, Outbox
from deployments.subscriptions import Receiver, receivers_of

BATCH = 200
LONGEST_WAIT = timedelta(minutes=5)
logger = logging.getLogger(__name__)


@transaction.atomic
def deliver(event_id: int) -> bool:
    """Run all receivers of one event; False if another worker has it or it is already done."""
    row = (
        Outbox.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event__deployment")
        .filter(event_id=event_id)
        .first()
    )
    if row is None:
        return False
    attempts = [_attempt(receive, row.event) for receive in receivers_of(row.event.verb)]
    errors = [error for error in attempts if error]
    if not errors:
        row.delete()
        return True
    row.attempts += 1
    row.last_error = "; ".join(errors)
    row.due_at = clock.now() + min(timedelta(seconds=2**row.attempts), LONGEST_WAIT)
    row.save(update_fields=["attempts", "last_error", "due_at"])
    return True


def deliver_due() -> int:
    """The sweep: everything whose hint was lost or whose receiver failed before."""
    due = Outbox.objects.filter(due_at__lte=clock.now()).order_by("event_id")
    return sum(deliver(event_id) for event_id in due.values_list("event_id", flat=True)[:BATCH])


def _attempt(receive: Receiver, event: Event) -> str:
    """The receiver's error, or nothing; one failure must not keep the others from their event."""
    try:
        with transaction.atomic(), provenance.acting("worker"):
            receive(event)
    except Exception as error:
        logger.exception("receiver failed for event %s", event.pk)
        return f"{receive.__module__}: {error}"
    return ""
