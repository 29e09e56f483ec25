"""Other words for one message than its line has."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from communications import policies
from deployments import clock, history
from deployments.canonical import digest
from deployments.exceptions import Overtaken, require
from deployments.models import Deployment, Event
from deployments.policies import rights_of


@transaction.atomic
def reword(
    deployment_id: int, message_id: int, text: str, *, actor: User, shown: str
) -> Event | None:
    """Let one planned message say something else; the line, and what is told later, stay.

    `shown` is the fingerprint of the words that the person saw.
    """
    deployment = Deployment.objects.lock(deployment_id)
    message = deployment.messages.select_related("reworded_by").get(pk=message_id)
    require(policies.refusal_to_reword(rights_of(actor, deployment.service), message))
    require(policies.refusal_of_words(text))
    said, before = text.strip(), message.text
    if said == before:
        return None
    if shown != fingerprint(before):
        who = message.reworded_by or "Somebody"
        raise Overtaken(f"{who} changed these words meanwhile; nothing of yours is saved.")
    message.text, message.reworded_by, message.reworded_at = said, actor, clock.now()
    message.save(update_fields=["text", "reworded_by", "reworded_at"])
    return history.record(
        deployment,
        "message reworded",
        actor=actor,
        obj=message,
        before={"text": before},
        after={"text": said},
    )


def fingerprint(text: str) -> str:
    return digest({"text": text})
