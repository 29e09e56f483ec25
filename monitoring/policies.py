"""Who may close a deployment, and when."""

from __future__ import annotations

from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_move

MAY_CLOSE = (Right.EDIT, Right.OPERATE)


def refusal_to_close(
    rights: Rights, deployment: Deployment, waiting: list[str], *, is_reviewed: bool
) -> Refused | None:
    """`waiting` are the texts of required items of phase after that nobody has judged.

    `is_reviewed` is False while a break-glass decision still has to be looked into.
    """
    if not any(rights.has(right) for right in MAY_CLOSE):
        return Forbidden("Only release managers and ops leads of this service may close.")
    refusal = refusal_to_move(deployment, State.CLOSED)
    if refusal is None and not is_reviewed:
        return Refused("Not to be closed yet: the review of the break-glass decision is open.")
    if refusal or not waiting:
        return refusal
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return Refused(f"Not to be closed yet: “{waiting[0]}”{more} still to be judged.")
