"""What an act would bring about: it is done, whoever hears of it hears of it, and all is undone.

What is foreseen is therefore what happens. Apps register what they look at, without being named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction

from deployments.models import Deployment, Event
from deployments.subscriptions import receivers_of


class Topic(Enum):
    """Under which heading an effect stands."""

    VERDICT = "Decision"
    CONFLICT = "Beside other plans"
    SIGNATURE = "Signatures to be given again"
    CORRECTION = "Told the old time"
    MESSAGE = "Messages"


@dataclass(frozen=True)
class Effect:
    """One thing that becomes different, with its time before and after where it has one."""

    topic: Topic
    words: str
    was: datetime | None = None
    will_be: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Foresight:
    """`is_same`: the act changes nothing at all."""

    deployment: Deployment
    effects: list[Effect]
    is_same: bool = False

    @property
    def topics(self) -> list[tuple[Topic, list[Effect]]]:
        by_topic = [(topic, [one for one in self.effects if one.topic == topic]) for topic in Topic]
        return [(topic, found) for topic, found in by_topic if found]


# Asked before the act, it answers with what is asked after it.
Compare = Callable[[Deployment], list[Effect]]
Look = Callable[[Deployment], Compare]
_looks: list[Look] = []


def register(look: Look) -> None:
    _looks.append(look)


def foresee(deployment_id: int, act: Callable[[], Event | None]) -> Foresight:
    """Raises what the act raises; nothing stays of it, and no hint is given."""
    with transaction.atomic():
        before = Deployment.objects.lock(deployment_id)
        comparisons = [look(before) for look in _looks]
        event = act()
        if event is not None:
            _tell(event)
        after = Deployment.objects.lock(deployment_id)
        found = [effect for compare in comparisons for effect in compare(after)] if event else []
        transaction.set_rollback(True)
    return Foresight(after, found, is_same=event is None)


def _tell(event: Event) -> None:
    """Run the receivers of an event, and of the events that they record in turn."""
    while event is not None:
        for receive in receivers_of(event.verb):
            receive(event)
        following = Event.objects.filter(chain=event.chain, sequence=event.sequence + 1)
        event = following.first()  # type: ignore[assignment]
