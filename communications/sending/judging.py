"""What is to become of a message now, judged by the rules and by what its event asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from communications import policies
from communications.enums import TELLS_A_VERDICT, UNDER_WAY, WAITING, Fate, Kind, MessageState
from communications.models import Delivery, Message
from communications.sending.in_vain import is_in_vain
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
    now = deployment.locked_at
    return Judgement(fate(message, deployment, now), now, deployment.event_count)


def fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
    event = message.event
    if event and is_in_vain(message.kind, deployment, event):
        return Fate.CANCELLED
    becomes = policies.fate(message, deployment, now)
    if becomes == Fate.LEAVE and (
        (message.kind == Kind.SUMMARY and _is_just_over(deployment, now))
        or (message.kind == Kind.CORRECTION and _is_being_said(message, deployment))
        or (message.kind in TELLS_A_VERDICT and _is_still_leaving(message))
    ):
        return Fate.WAIT
    return becomes


def _is_being_said(correction: Message, deployment: Deployment) -> bool:
    """A hold, a no-go or a recall that says what moved is still on its way.

    It stands in for the correction of whoever gets it; but it may be over before it leaves, and
    they would be told nothing.
    """
    if correction.state != MessageState.PLANNED:
        return False
    others = Delivery.objects.filter(
        message__deployment=deployment,
        message__schedule_revision=deployment.schedule_revision,
        message__kind__in=TELLS_A_VERDICT,
    )
    return others.filter(state__in=WAITING | UNDER_WAY).exists()


def _is_still_leaving(verdict: Message) -> bool:
    """Copies of it with the time before are in the hands of workers; who has one is known then."""
    if verdict.state != MessageState.PLANNED:
        return False
    before = Delivery.objects.filter(
        message__deployment=verdict.deployment_id,
        message__kind=verdict.kind,
        message__schedule_revision__lt=verdict.schedule_revision,
    )
    return before.filter(state__in=UNDER_WAY).exists()


def _is_just_over(deployment: Deployment, now: datetime) -> bool:
    """The watch ends in this moment, and its end is not recorded yet."""
    ended = Watch.objects.filter(deployment=deployment, ended_at__isnull=True, ends_at__lte=now)
    just_now = ended.filter(ends_at__gt=now - VERDICTS_WITHIN)
    return deployment.state == State.WATCHING and just_now.exists()
