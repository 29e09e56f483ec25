"""Whether a person may say what became of one copy, or let it leave once more."""

from __future__ import annotations

from communications.enums import DeliveryState, Fate
from communications.models import Delivery
from communications.policies import is_given_up, refusal_by_fate, refusal_to_handle, waits_for
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights


def refusal_to_settle(rights: Rights, copy: Delivery) -> Refused | None:
    """Whether a person may say what became of a copy of which the portal does not know it."""
    if copy.state == DeliveryState.UNKNOWN:
        return refusal_to_handle(rights)
    return refusal_to_handle(rights) or Refused(
        f"The copy to {copy.name} is no longer in doubt: {copy.get_state_display().lower()}."
    )


def refusal_to_send_again(
    rights: Rights, copy: Delivery, becomes: Fate, deployment: Deployment
) -> Refused | None:
    """`becomes` is judged with all that its event asked for."""
    if copy.state not in {DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.BOUNCED}:
        return refusal_to_handle(rights) or Refused(
            f"The copy to {copy.name} needs no help: {copy.get_state_display().lower()}."
        )
    return refusal_to_handle(rights) or refusal_of_copy_by_fate(becomes, copy, deployment)


def refusal_of_copy_by_fate(
    becomes: Fate, copy: Delivery, deployment: Deployment
) -> Refused | None:
    """Of one copy, whose message has begun to leave."""
    message, state = copy.message, deployment.get_state_display().lower()
    match becomes:
        case Fate.WAIT if not waits_for(message, deployment):
            return Refused(
                "The watch has just ended; the copy leaves once its verdicts are there. Try again "
                "in a few minutes."
            )
        case Fate.SUPERSEDED if message.schedule_revision in {None, deployment.schedule_revision}:
            return Refused(f"What this message says is no longer so: the deployment is {state}.")
        case Fate.SUPERSEDED:
            return Refused("This message names an older time; who got it is told the new one.")
        case Fate.CANCELLED if not is_given_up(message, deployment):
            return Refused(
                "What this message asks for is done by now, or nobody needs it any more."
            )
        case Fate.CANCELLED:
            return Refused(f"The deployment is {state}; this message no longer leaves.")
        case _:
            return refusal_by_fate(becomes, message, deployment)
