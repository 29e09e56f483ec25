"""What one message is about and who reads it: all that its letter depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals import verdict
from communications.enums import Kind
from communications.models import Delivery, Message
from communications.models.stakeholders import LANGUAGE
from communications.whom import audience
from communications.whom.audience import People, Recipient
from communications.writing import summaries
from communications.writing.summaries import Summary
from deployments.enums import State
from deployments.models import Deployment
from deployments.sharing import links
from monitoring.models import Watch

# Those who work on the deployment read here what those who only use the service need not.
IN_TWO_REGISTERS = frozenset(
    {
        Kind.NOTICE,
        Kind.GO_NO_GO,
        Kind.START,
        Kind.COMPLETE,
        Kind.CORRECTION,
        Kind.HOLD,
        Kind.NO_GO,
        Kind.RECALL,
        Kind.CANCELLATION,
        Kind.BREAK_GLASS,
        Kind.SIGN_OVERDUE,
        Kind.ROLLBACK,
        Kind.ROLLED_BACK,
        Kind.STOPPED,
        Kind.STEP_FAILED,
        Kind.OVERRUN,
        Kind.ALERT,
        Kind.ROLLBACK_ASKED,
        Kind.UNWRITTEN,
        Kind.SUMMARY,
    }
)


@dataclass(frozen=True)
class Facts:
    """What one message is about, read once for all its readers."""

    message: Message
    deployment: Deployment
    headline: str
    holds: bool
    asked: frozenset[int]
    working: frozenset[int]
    bound: People
    watch: Watch | None
    summary: Summary | None
    share_url: str = ""
    # Of a mail; a page that shows it alone has none of its pictures.
    has_pictures: bool = True


@dataclass(frozen=True)
class Reader:
    """What a letter depends on besides the facts; readers who agree in it share theirs."""

    zone: str
    is_asked: bool = False
    is_technical: bool = False
    knew_t0: datetime | None = None
    language: str = LANGUAGE
    may_leave: bool = False
    # Without an account, so that only the stakeholder link leads anywhere.
    is_guest: bool = False


def gather(message: Message, deployment: Deployment) -> Facts:
    outlook = verdict.outlook(deployment)
    asks, tells = message.kind == Kind.GO_NO_GO, message.kind in IN_TWO_REGISTERS
    return Facts(
        message=message,
        deployment=deployment,
        headline=outlook.sentence,
        holds=deployment.state == State.GO and not outlook.broken,
        asked=frozenset(audience.asked(deployment) if asks else ()),
        working=frozenset(audience.working(deployment.service) if tells else ()),
        bound=audience.bound(deployment.service),
        watch=Watch.objects.filter(deployment=deployment).first(),
        summary=summaries.gather(message.kind, deployment),
        share_url=links.address_for_mails(deployment),
    )


def reader_for(facts: Facts, to: Delivery | Recipient) -> Reader:
    """Of a copy, or of whoever would get one now."""
    return Reader(
        zone=to.zone,
        is_asked=to.user_id in facts.asked,
        is_technical=to.user_id in facts.working,
        knew_t0=to.knew_t0,
        language=to.language,
        may_leave=_may_leave(facts, to),
        is_guest=to.user_id is None and to.channel_id is None,
    )


def _may_leave(facts: Facts, to: Delivery | Recipient) -> bool:
    """Whoever is on the list or has an account, and has no part in the service's releases."""
    is_known = to.user_id is not None or to.stakeholder_id is not None
    return is_known and not facts.bound.has(to.address, to.user_id)
