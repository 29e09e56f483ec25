"""One message of each kind for an event, however often that is heard."""

from __future__ import annotations

from communications.models import Message
from communications.services import SWEEP
from deployments import hints


def save(message: Message) -> Message | None:
    """None if this event already has its message; an event may be heard twice."""
    assert message.event is not None
    if Message.objects.filter(event=message.event, kind=message.kind).exists():
        return None
    message.save()
    hints.changed(message.deployment_id)
    if message.due_at <= message.written_at:
        hints.hint(SWEEP)
    return message
