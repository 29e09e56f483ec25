"""What somebody with the stakeholder link sees of a deployment: shared by all who look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.verdict import Outlook
from communications import policies
from communications.enums import Awaits, Fate, MessageState
from communications.meant import LISTED
from communications.models import Message
from dashboard.share import wording
from deployments.enums import BEFORE_START, State
from deployments.models import Deployment
from monitoring.models import Closing
from monitoring.policies import TAKES_INCIDENTS

MOST_TOLD = 30


@dataclass(frozen=True)
class Told:
    """One thing that was told; `t0` where it named a time, `is_past` if another one is true now."""

    at: datetime
    words: str
    t0: datetime | None
    is_past: bool
    text: str


@dataclass(frozen=True)
class Next:
    """What is told next: at a time, or once something is settled."""

    at: datetime | None
    about: str
    otherwise: str


def share_panel(deployment: Deployment, outlook: Outlook) -> dict[str, Any]:
    """Plain words from the same facts as every other page.

    One query besides the outlook, and one more once it is closed.
    """
    readiness = outlook.readiness
    messages = list(_messages(deployment))
    return {
        "stands": wording.stands(
            deployment.state,
            is_ready=readiness is not None and readiness.is_ready,
            is_shaken=bool(outlook.broken),
            result=_result(deployment),
        ),
        "to_do": wording.to_do(deployment.state),
        "takes_incidents": deployment.state in TAKES_INCIDENTS,
        "is_ahead": deployment.state in BEFORE_START,
        "next": _next(deployment, messages, outlook.at),
        "told": _told(deployment, messages),
    }


def _result(deployment: Deployment) -> str:
    """To what it came, as those say who closed it; nothing before."""
    if deployment.state != State.CLOSED:
        return ""
    closing = Closing.objects.filter(deployment=deployment).values_list("result", flat=True)
    return closing.first() or ""


def _messages(deployment: Deployment) -> Iterable[Message]:
    """What is told to everybody or to the stakeholder list, in the order of time."""
    known = deployment.messages.filter(kind__in=wording.TOLD).select_related("plan")
    for message in known.order_by("due_at", "pk"):
        if message.plan is None or not message.plan.audience or LISTED in message.plan.audience:
            message.deployment = deployment
            yield message


def _next(deployment: Deployment, messages: Iterable[Message], now: datetime) -> Next:
    for message in messages:
        if message.kind in wording.COMING and _is_coming(message, deployment, now):
            is_open, is_due = _is_open(message, deployment), message.due_at <= now
            said = wording.follows(deployment.state, message.kind, is_open=is_open, is_due=is_due)
            at = None if said else message.due_at
            return Next(at, wording.COMING[message.kind], said)
    said = wording.follows(deployment.state, None, is_open=False, is_due=False)
    return Next(None, "", said)


def _is_coming(message: Message, deployment: Deployment, now: datetime) -> bool:
    if message.state != MessageState.PLANNED:
        return False
    becomes = policies.fate(message, deployment, now)
    return becomes in {Fate.LEAVE, Fate.WAIT}


def _is_open(message: Message, deployment: Deployment) -> bool:
    """Whether its time is not to be relied on: it waits for people, not for what is planned."""
    if not policies.waits_for(message, deployment):
        return False
    held = policies.hold_of(deployment) is not None
    return held or message.waits_for not in {Awaits.START, Awaits.COMPLETION}


def _told(deployment: Deployment, messages: Iterable[Message]) -> list[Told]:
    """The latest first."""
    found = [
        Told(
            at=message.first_sent_at,
            words=wording.TOLD[message.kind],
            t0=message.t0 if message.kind in wording.TELLS_A_TIME else None,
            is_past=message.t0 != deployment.t0,
            text=message.text,
        )
        for message in messages
        if message.first_sent_at
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_TOLD]
