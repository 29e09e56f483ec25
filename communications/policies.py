"""What becomes of a due message, and who may send or skip it."""

from __future__ import annotations

from datetime import datetime

from communications.enums import Fate, Kind, MessageState
from communications.models import LEAVES_BEFORE_T0, TELLS_OF_THE_END, Message
from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights

MAY_SEND = (Right.EDIT, Right.OPERATE)


def fate(message: Message, deployment: Deployment, now: datetime) -> Fate:
    """What to do with a message whose time has come; judged under the deployment's lock."""
    if message.schedule_revision < deployment.schedule_revision:
        return Fate.SUPERSEDED
    if deployment.state == State.CANCELLED:
        return Fate.CANCELLED
    if message.useful_until and message.useful_until <= now:
        return Fate.MISSED
    if waits_for(message, deployment):
        return Fate.WAIT
    if message.plan.kind == Kind.START and deployment.state != State.IN_PROGRESS:
        return Fate.MISSED
    return Fate.LEAVE


def waits_for(message: Message, deployment: Deployment) -> str:
    """The sentence that says what has to happen before this message may leave, or nothing."""
    plan = message.plan
    if plan.is_before_t0 and deployment.state not in LEAVES_BEFORE_T0:
        return (
            "Messages before T0 leave while the deployment is in review or go; it is "
            f"{deployment.get_state_display().lower()}."
        )
    if plan.kind == Kind.START and deployment.started_at is None:
        return "This message leaves once the deployment has started."
    if plan.kind in TELLS_OF_THE_END and deployment.completed_at is None:
        return "This message leaves once the deployment is complete."
    return ""


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
        return Refused(f"“{message.plan}” has already begun to leave.")
    return Refused(f"“{message.plan}” is {message.get_state_display().lower()}.")


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
