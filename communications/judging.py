"""What is to become of a message now, judged by the rules and by what its event asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from communications import policies
from communications.enums import Fate
from communications.in_vain import is_in_vain
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
    if event and is_in_vain(message.kind, deployment, event):
        return Fate.CANCELLED
    return policies.fate(message, deployment, now)
