"""What is to become of a message now, judged by the rules and by what its event asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from communications import occasions, policies
from communications.enums import ASKS_TO_SIGN, Fate, Kind
from communications.models import Message
from deployments import clock
from deployments.models import Deployment


@dataclass(frozen=True)
class Judgement:
    """Good until the version of the deployment, which every event raises, is another one."""

    becomes: Fate
    at: datetime
    version: int


def judge(message: Message) -> Judgement:
    """Under the deployment's lock: a new time that is saved before this holds the old one back."""
    deployment = Deployment.objects.lock(message.deployment_id)
    now = clock.now()
    return Judgement(fate(message, deployment, now), now, deployment.event_count)


def fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
    event = message.event
    if event and message.kind == Kind.REMINDER and occasions.is_needless(deployment, event):
        return Fate.CANCELLED
    if event and message.kind in ASKS_TO_SIGN and occasions.is_asked_in_vain(deployment, event):
        return Fate.CANCELLED
    return policies.fate(message, deployment, now)
