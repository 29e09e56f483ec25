"""What becomes of a due message, and who may send or skip it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet

from accounts.models import User
from communications.enums import (
    HELD_BESIDES_THE_PLAN,
    OUTLIVES_CANCELLATION,
    TELLS_OF_THE_END,
    Awaits,
    Fate,
    Kind,
    MessageState,
)
from communications.holding import LEAVES_BEFORE_T0
from communications.models import BouncingAddress, Message, MessageHold
from communications.models.holds import is_remembered, remember
from deployments.access.policies import refusal_to_administer
from deployments.enums import FINAL, Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights
from statements import built_once

LONGEST_TEXT = 10_000
MAY_SEND = (Right.EDIT, Right.OPERATE)


# What some messages say is only true in one state.
TRUE_IN: dict[str, State] = {
    Kind.HOLD: State.ON_HOLD,
    Kind.NO_GO: State.NO_GO,
    Kind.RECALL: State.IN_REVIEW,
    Kind.BREAK_GLASS: State.GO,
    Kind.ROLLBACK: State.ROLLING_BACK,
    Kind.OVERRUN: State.IN_PROGRESS,
}
# After these nobody is told any more that it was completed, nor how it does since.
DID_NOT_LAST = frozenset({State.ROLLING_BACK, State.ROLLED_BACK, State.STOPPED})


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
    if deployment.state in DID_NOT_LAST and message.kind in TELLS_OF_THE_END:
        return True
    return deployment.state == State.CANCELLED and message.kind not in OUTLIVES_CANCELLATION


def waits_for(message: Message, deployment: Deployment) -> str:
    """The sentence that says what has to happen before this message may leave, or nothing."""
    state = deployment.get_state_display().lower()
    hold = hold_of(deployment) if is_held_by_hand(message) else None
    if hold is not None:
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
    """Asked once a deployment, since every line of its page and every batch is judged by it."""
    if not is_remembered(deployment):
        remember(deployment, next(iter(_hold(deployment.pk)), None))
    return getattr(deployment, "message_hold", None)


@built_once
def _hold(deployment: int) -> QuerySet[MessageHold]:
    return MessageHold.objects.filter(deployment=deployment).select_related("held_by")


def is_held_by_hand(message: Message) -> bool:
    """Whatever announces the deployment; a verdict or a letter to one person leaves."""
    return message.plan_id is not None or message.kind in HELD_BESIDES_THE_PLAN


def refusal_of_entry(deployment: Deployment) -> Refused | None:
    if deployment.t0 is not None:
        return None
    return Refused("No time T0 is set yet, so there is nothing to put into a calendar.")


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


def refusal_to_reword(rights: Rights, message: Message) -> Refused | None:
    return refusal_to_handle(rights) or refusal_by_state(message)


def refusal_of_words(text: str) -> Refused | None:
    if "\0" in text:
        return Invalid("The text contains a NUL character; remove it.")
    if len(text) > LONGEST_TEXT:
        return Invalid(
            f"The text has {len(text)} characters; {LONGEST_TEXT} is the most. Shorten it."
        )
    return None


def refusal_to_hold(rights: Rights, deployment: Deployment) -> Refused | None:
    hold = hold_of(deployment)
    if hold is not None:
        return Refused(f"{hold.held_by} already holds the messages back: {hold.reason}")
    if deployment.state in FINAL:
        state = deployment.get_state_display().lower()
        return refusal_to_handle(rights) or Refused(
            f"This deployment is {state}; there is nothing left to hold back."
        )
    return refusal_to_handle(rights)


def refusal_to_release(rights: Rights, deployment: Deployment) -> Refused | None:
    if hold_of(deployment) is None:
        return Refused("Nobody holds the messages back.")
    return refusal_to_handle(rights)


def refusal_to_clear(rights: Rights, row: BouncingAddress) -> Refused | None:
    if not rights.has(Right.EDIT) and not rights.user.is_superuser:
        return Forbidden(
            "Only release managers of this service and administrators may say that an address "
            "works again."
        )
    return refusal_of_cleared(row)


def refusal_to_clear_anywhere(actor: User, row: BouncingAddress) -> Refused | None:
    act = "say that an address works again"
    return refusal_to_administer(actor, act) or refusal_of_cleared(row)


def refusal_of_cleared(row: BouncingAddress) -> Refused | None:
    if row.cleared_at is None:
        return None
    return Refused(f"{row.cleared_by} has said already that {row.address} works again.")


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
            state = deployment.get_state_display().lower()
            return Refused(f"The deployment is {state}; its planned messages no longer leave.")
        case Fate.MISSED:
            return Refused("The time in which this message is of use has passed.")


def refusal_without_reason(reason: str, act: str = "the message is skipped") -> Refused | None:
    if "\0" in reason:
        return Invalid("The reason contains a NUL character; remove it.")
    if reason.strip():
        return None
    return Invalid(f"Say why {act}; those who expect it will ask.")


def refusal_of_address(address: str) -> Refused | None:
    try:
        validate_email(address)
    except ValidationError:
        return Invalid(f"“{address[:80]}” is not a mail address.")
    return None
