"""What becomes of a due message, and who may send or skip it."""

from __future__ import annotations

from datetime import datetime

from communications.enums import (
    HELD_BESIDES_THE_PLAN,
    OUTLIVES_CANCELLATION,
    Awaits,
    Fate,
    Kind,
    MessageState,
)
from communications.holding import LEAVES_BEFORE_T0
from communications.models import Message, MessageHold
from deployments.enums import FINAL, Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights

MAY_SEND = (Right.EDIT, Right.OPERATE)


# What some messages say is only true in one state.
TRUE_IN: dict[str, State] = {
    Kind.HOLD: State.ON_HOLD,
    Kind.NO_GO: State.NO_GO,
    Kind.RECALL: State.IN_REVIEW,
    Kind.BREAK_GLASS: State.GO,
}


def fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
    """What to do with a message whose time has come; judged under the deployment's lock."""
    if is_overtaken(message, deployment):
        return Fate.SUPERSEDED
    if is_given_up(message, deployment):
        return Fate.CANCELLED
    if message.useful_until and message.useful_until <= now:
        return Fate.MISSED
    if waits_for(message, deployment):
        return Fate.WAIT
    if message.kind == Kind.START and deployment.state != State.IN_PROGRESS:
        return Fate.MISSED
    return Fate.LEAVE


def is_overtaken(message: Message, deployment: Deployment) -> bool:
    """It names an older time, or a state that is over."""
    revision, true_in = message.schedule_revision, TRUE_IN.get(message.kind)
    if revision is not None and revision < deployment.schedule_revision:
        return True
    return true_in is not None and deployment.state not in {true_in, State.CANCELLED}


def is_given_up(message: Message, deployment: Deployment) -> bool:
    if message.kind == Kind.REMINDER:
        return deployment.state in FINAL
    return deployment.state == State.CANCELLED and message.kind not in OUTLIVES_CANCELLATION


def waits_for(message: Message, deployment: Deployment) -> str:
    """The sentence that says what has to happen before this message may leave, or nothing."""
    state = deployment.get_state_display().lower()
    hold = hold_of(deployment)
    if hold is not None and is_held_by_hand(message):
        return f"{hold.held_by} holds the messages back: {hold.reason}"
    match message.waits_for:
        case Awaits.REVIEW if deployment.state not in LEAVES_BEFORE_T0:
            return (
                f"Messages before T0 leave while the deployment is in review or go; it is {state}."
            )
        case Awaits.SUBMITTED if deployment.state == State.DRAFT:
            return "This message leaves once the deployment is submitted again."
        case Awaits.START if deployment.started_at is None:
            return "This message leaves once the deployment has started."
        case Awaits.COMPLETION if deployment.completed_at is None:
            return "This message leaves once the deployment is complete."
        case _:
            return ""


def hold_of(deployment: Deployment) -> MessageHold | None:
    return getattr(deployment, "message_hold", None)


def is_held_by_hand(message: Message) -> bool:
    """Whatever announces the deployment; a verdict or a letter to one person leaves."""
    return message.plan_id is not None or message.kind in HELD_BESIDES_THE_PLAN


def refusal_to_handle(rights: Rights) -> Refused | None:
    if any(rights.has(right) for right in MAY_SEND):
        return None
    return Forbidden(
        "Only release managers and ops leads of this service may send or skip messages."
    )


def refusal_to_send_now(
    rights: Rights, message: Message, deployment: Deployment, now: datetime
) -> Refused | None:
    return (
        refusal_to_handle(rights)
        or refusal_by_state(message)
        or refusal_by_fate(fate(message, deployment, now), message, deployment)
    )


def refusal_to_skip(rights: Rights, message: Message) -> Refused | None:
    return refusal_to_handle(rights) or refusal_by_state(message)


def refusal_by_state(message: Message) -> Refused | None:
    if message.state == MessageState.PLANNED:
        return None
    if message.state == MessageState.LEAVING:
        return Refused(f"“{message.title}” has already begun to leave.")
    return Refused(f"“{message.title}” is {message.get_state_display().lower()}.")


def refusal_by_fate(becomes: Fate, message: Message, deployment: Deployment) -> Refused | None:
    match becomes:
        case Fate.LEAVE:
            return None
        case Fate.WAIT:
            return Refused(waits_for(message, deployment))
        case Fate.SUPERSEDED:
            return Refused(
                "This message names an older time; the one with the new time is listed too."
            )
        case Fate.CANCELLED:
            return Refused("The deployment is cancelled; its planned messages no longer leave.")
        case Fate.MISSED:
            return Refused("The time in which this message is of use has passed.")


def refusal_without_reason(reason: str) -> Refused | None:
    if reason.strip():
        return None
    return Invalid("Say why the message is skipped; those who expect it will ask.")
