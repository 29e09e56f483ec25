"""The messages as every viewer sees them, and the pages with recipients, texts and acts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from accounts.models import User
from communications import policies
from communications.bounces import bouncing
from communications.enums import MessageState
from communications.forms import ReaderForm, WordsForm
from communications.models import Message, MessagePlan, Trial
from communications.plan import rewording
from communications.plan.timeline import entries_of, steps
from communications.whom import audience, ledgers, readers
from communications.whom.audience import Recipient
from communications.writing import letters, reading
from communications.writing.letters import Letter
from communications.writing.reading import IN_TWO_REGISTERS
from deployments import clock
from deployments.models import Deployment
from deployments.policies import Rights
from deployments.sharing import links

IN_PLACE_OF_THE_LINK = "only-in-the-mail"

# Whoever has another's link could leave for them, so a preview shows none.
NOT_SHOWN = f"{settings.PORTAL_URL}/subscription/…"


def messages_panel(deployment: Deployment) -> dict[str, Any]:
    """The timeline in three queries, however many messages and recipients there are."""
    entries = entries_of(deployment)
    return {
        "deployment": deployment,
        "entries": entries,
        "steps": steps(deployment, entries),
        "hold": policies.hold_of(deployment) if entries else None,
        "unreachable": audience.unreachable(deployment.service),
    }


def messages_page(deployment: Deployment, rights: Rights) -> dict[str, Any]:
    """The timeline with every recipient, and what this person may do to each message."""
    now, entries = clock.now(), entries_of(deployment, with_copies=True)
    for entry in entries:
        if entry.message is not None:
            entry.copies = list(entry.message.deliveries.all())
            send = policies.refusal_to_send_now(rights, entry.message, deployment, now)
            skip = policies.refusal_to_skip(rights, entry.message)
            entry.refusal_to_send = send.sentence if send else ""
            entry.refusal_to_skip = skip.sentence if skip else ""
    hold, bounced = policies.hold_of(deployment), bouncing.to_whom_of(deployment)
    act = policies.refusal_to_release if hold else policies.refusal_to_hold
    return {
        "deployment": deployment,
        "entries": entries,
        "steps": steps(deployment, entries),
        "hold": hold,
        "refusal": act(rights, deployment),
        "may_handle": policies.refusal_to_handle(rights) is None,
        "ledger": ledgers.ledger_of(deployment, bounced),
        "bounced": [(row, policies.refusal_to_clear(rights, row)) for row in bounced],
        "guests": sum(one.user_id is None for one in audience.recipients(deployment.service)),
        "is_shared": deployment.share_links.standing(now).exists(),
        "unreachable": audience.unreachable(deployment.service),
    }


@dataclass(frozen=True)
class Previewed:
    """One message as it would leave now, to the reader who is chosen."""

    message: Message
    plan: MessagePlan | None
    form: ReaderForm
    letter: Letter
    is_technical: bool


def previewed(
    message: Message, deployment: Deployment, viewer: User, asked: dict[str, str]
) -> Previewed:
    facts = reading.gather(message, deployment)
    form = ReaderForm(asked, recipients=_recipients(message, deployment))
    to = form.reader or audience.recipient_for(viewer)
    usual = reading.reader_for(facts, to)
    technical = message.kind in IN_TWO_REGISTERS and form.is_technical(usual.is_technical)
    reader, facts = replace(usual, is_technical=technical), replace(facts, has_pictures=False)
    if facts.share_url:
        # Whoever reads previews has no business with the link that the mails carry.
        facts = replace(facts, share_url=links.address(IN_PLACE_OF_THE_LINK))
    letter = letters.compose(facts, reader).to(NOT_SHOWN)
    return Previewed(message, message.plan, form, letter, technical)


def _recipients(message: Message, deployment: Deployment) -> list[Recipient]:
    """Whoever would get it if it left now; of one that has left, whoever has it."""
    if message.pk is None or message.state == MessageState.PLANNED:
        found = readers.readers_of(message, deployment)
        return [one for one in found if one.channel_id is None]
    return [
        replace(readers.recipient_of(one), knew_t0=one.knew_t0)
        for one in message.deliveries.all()
        if one.channel_id is None
    ]


def preview_page(
    found: Previewed,
    deployment: Deployment,
    rights: Rights,
    *,
    trial: Trial | None,
    words: WordsForm | None = None,
) -> dict[str, Any]:
    message = found.message
    reword = policies.refusal_to_reword(rights, message) if message.pk else None
    return {
        "deployment": deployment,
        "message": message,
        "plan": found.plan,
        "found": found,
        "letter": found.letter,
        "query": found.form.query,
        "has_registers": message.kind in IN_TWO_REGISTERS,
        "may_handle": policies.refusal_to_handle(rights) is None,
        "refusal_to_reword": reword,
        "words_form": words
        or WordsForm(initial={"text": message.text, "shown": rewording.fingerprint(message.text)}),
        "trial": trial,
    }
