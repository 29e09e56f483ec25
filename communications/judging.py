"""What is to become of a message now, judged by the rules and by what its event asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from communications import policies
from communications.enums import Fate, Kind
from communications.in_vain import is_in_vain
from communications.models import Message
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment
from monitoring.models import Watch

# So long a summary waits for the verdicts that the end of the watch brings.
VERDICTS_WITHIN = timedelta(minutes=5)


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
    becomes = policies.fate(message, deployment, now)
    if becomes == Fate.LEAVE and message.kind == Kind.SUMMARY and _is_just_over(deployment, now):
        return Fate.WAIT
    return becomes


def _is_just_over(deployment: Deployment, now: datetime) -> bool:
    """The watch ends in this moment, and its end is not recorded yet."""
    ended = Watch.objects.filter(deployment=deployment, ended_at__isnull=True, ends_at__lte=now)
    just_now = ended.filter(ends_at__gt=now - VERDICTS_WITHIN)
    return deployment.state == State.WATCHING and just_now.exists()
