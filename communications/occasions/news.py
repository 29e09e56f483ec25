"""What became of a deployment, to whoever was told before."""

from __future__ import annotations

from datetime import datetime

from communications import schedule
from communications.enums import (
    MOVED,
    UNDER_WAY,
    WAITING,
    Awaits,
    DeliveryState,
    Kind,
    MessageState,
)
from communications.models import Message
from communications.occasions.saving import save
from communications.whom import readers
from deployments import clock
from deployments.enums import State
from deployments.models import Deployment, Event

TELLS_OF = {
    State.ON_HOLD.value: Kind.HOLD,
    State.NO_GO.value: Kind.NO_GO,
    State.IN_REVIEW.value: Kind.RECALL,
}
WAY_BACK: dict[str, Kind] = {
    "rollback begun": Kind.ROLLBACK,
    "rolled back": Kind.ROLLED_BACK,
    "stopped": Kind.STOPPED,
}
VERDICTS = ("decided", "not decided", "missed start", "recalled")
# Not every reader has, or is to get, such a copy.
UNSAID = WAITING | UNDER_WAY | {DeliveryState.SUPERSEDED}


def correct(deployment: Deployment) -> Message | None:
    """Plan the one correction of the present time, if anybody was told another one.

    It belongs to the last move; those of earlier ones were given up with their revision.
    """
    last = deployment.events.filter(verb=MOVED).order_by("-sequence").first()
    if last is None or not readers.is_anybody_outdated(deployment):
        return None
    due = schedule.correction_due(last.at)
    return _write(deployment, last, Kind.CORRECTION, due)


def tell_verdict(deployment: Deployment, event: Event) -> Message | None:
    """A hold, a no-go or a recalled GO, to those who were told before."""
    kind = TELLS_OF.get(event.after.get("state", ""))
    if kind is None or not _was_told(deployment):
        return None
    return _write(deployment, event, kind, event.at)


def tell_verdict_again(deployment: Deployment, moved: Event) -> Message | None:
    """The verdict that stands, where not everybody heard it before the time that it named moved.

    It says the new time, and to those who were told before; whoever knows it so is spared.
    """
    kind = TELLS_OF.get(deployment.state)
    verdict = deployment.events.filter(verb__in=VERDICTS).order_by("-sequence").first()
    if kind is None or verdict is None:
        return None
    said = deployment.messages.filter(kind=kind, event__sequence__gte=verdict.sequence)
    last = said.order_by("-pk").first()
    if last is None or last.schedule_revision == deployment.schedule_revision:
        return None
    is_unsaid = last.state in {MessageState.PLANNED, MessageState.SUPERSEDED}
    if is_unsaid or last.deliveries.filter(state__in=UNSAID).exists():
        return _write(deployment, moved, kind, last.due_at)
    return None


def tell_cancelled(deployment: Deployment, event: Event) -> Message | None:
    if not _was_told(deployment):
        return None
    return _write(deployment, event, Kind.CANCELLATION, event.at)


def tell_way_back(deployment: Deployment, event: Event) -> Message | None:
    """That it is rolled back or was stopped, to those told of its start; else to all told of it."""
    if not _was_told(deployment):
        return None
    return _write(deployment, event, WAY_BACK[event.verb], event.at)


def _was_told(deployment: Deployment) -> bool:
    return any(copy.told for copy in readers.copies_of(deployment))


def _write(deployment: Deployment, event: Event, kind: Kind, due: datetime) -> Message | None:
    """One that names T0, of the current revision; its readers are found when it leaves."""
    return save(
        Message(
            deployment=deployment,
            event=event,
            kind=kind,
            title=kind.label,
            waits_for=Awaits.SUBMITTED if kind == Kind.CORRECTION else Awaits.NOTHING,
            schedule_revision=deployment.schedule_revision,
            t0=deployment.t0,
            written_at=clock.now(),
            due_at=due,
            useful_until=schedule.useful_until(kind, due, deployment.t0),
        )
    )
