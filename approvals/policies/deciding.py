"""Who may reopen, resume, decide and start, and what must hold when they do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from approvals.enums import Verdict
from approvals.models import Decision, Round
from approvals.policies.submitting import missing_time
from approvals.readiness import Readiness, joined
from approvals.rollcall import RollCall, due_at
from deployments.blockers import Blocker
from deployments.enums import Right, State
from deployments.exceptions import Invalid, Refused
from deployments.freezes.policies import refusal_while_frozen
from deployments.models import Deployment
from deployments.places import refusal_while_occupied
from deployments.policies import (
    Rights,
    refusal_of_time,
    refusal_to_move,
    refusal_to_operate,
    refusal_without,
)

EARLIEST_START = timedelta(minutes=15)


def refusal_to_resume(rights: Rights, deployment: Deployment, now: datetime) -> Refused | None:
    refusal = refusal_to_move(deployment, State.IN_REVIEW, "resume") or refusal_without(
        rights, Right.EDIT, "resume a deployment"
    )
    missing = missing_time(deployment.t0, now)
    if refusal is None and missing:
        return Refused(f"Cannot be resumed yet: {joined(missing)}; reschedule it first.")
    return refusal


def refusal_to_reopen(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_move(deployment, State.DRAFT) or refusal_without(
        rights, Right.EDIT, "reopen a deployment"
    )


def refusal_to_decide(  # noqa: PLR0917 - who, what, and the three facts it is judged by
    rights: Rights,
    deployment: Deployment,
    verdict: Verdict,
    readiness: Readiness,
    poll: RollCall,
    seen: Collection[str],
) -> Refused | None:
    refusal = refusal_to_decide_at_all(rights, deployment)
    if refusal or verdict != Verdict.GO:
        return refusal or refusal_to_move(deployment, MOVES_TO[verdict])
    return (
        refusal_to_move(deployment, State.GO)
        or refusal_while_blocked(readiness)
        or refusal_by_poll(poll)
        or refusal_by_unseen(readiness.warnings, seen)
    )


MOVES_TO: dict[Verdict, State] = {
    Verdict.GO: State.GO,
    Verdict.HOLD: State.ON_HOLD,
    Verdict.NO_GO: State.NO_GO,
}


def refusal_to_decide_at_all(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_operate(rights, deployment, "decide")


def refusal_of_page(rights: Rights, deployment: Deployment, *, is_hold: bool) -> Refused | None:
    """Why nothing can be decided here; a page that only holds says too that it is held already."""
    refusal = refusal_to_decide_at_all(rights, deployment)
    return refusal or (refusal_to_move(deployment, State.ON_HOLD) if is_hold else None)


def refusal_while_blocked(readiness: Readiness) -> Refused | None:
    return None if readiness.is_ready else Refused(f"GO is not possible. {readiness.sentence}")


def refusal_of_late_go(
    deployment: Deployment, found: Round | None, now: datetime
) -> Refused | None:
    """What nobody decided by its time is a hold, never a GO, sweep or no sweep.

    `found` is the round that counts.
    """
    due = due_at(deployment, found)
    if due is None or now < due:
        return None
    return Refused(
        f"The decision was due at {due:%Y-%m-%d %H:%M} UTC; what nobody decided by then is a HOLD."
    )


def refusal_by_poll(poll: RollCall) -> Refused | None:
    if not poll.lacking:
        return None
    return Refused(f"GO needs go from every polled role: {joined(poll.lacking)}.")


def refusal_by_unseen(warnings: list[Blocker], seen: Collection[str]) -> Refused | None:
    unseen = [warning.clause for warning in warnings if warning.key not in seen]
    return Refused(f"Mark every warning as seen first: {joined(unseen)}.") if unseen else None


def why_go_is_broken(deployment: Deployment, decision: Decision, readiness: Readiness) -> str:
    """What makes a GO no longer hold, in a clause; nothing while it does."""
    if decision.content_hash != deployment.content_hash:
        return "the content changed after it"
    if decision.schedule_hash != deployment.schedule_hash:
        return "the time changed after it"
    standing = not_overridden(readiness.blockers, decision)
    return joined([blocker.clause for blocker in standing if not blocker.settles])


def not_overridden(blockers: Collection[Blocker], decision: Decision) -> list[Blocker]:
    """What stands in the way beside that which a break-glass decision knowingly passed over."""
    return [blocker for blocker in blockers if blocker.key not in decision.overridden]


def refusal_to_start(
    rights: Rights,
    deployment: Deployment,
    decision: Decision | None,
    readiness: Readiness,
    now: datetime,
) -> Refused | None:
    """All that must hold at the instant of start; the first that fails is the sentence."""
    refusal = refusal_to_move(deployment, State.IN_PROGRESS) or refusal_to_operate(
        rights, deployment, "start"
    )
    if refusal or decision is None or deployment.t0 is None or decision.latest_start is None:
        return refusal or Refused("There is no decision to start on.")
    broken = why_go_is_broken(deployment, decision, readiness)
    if broken:
        return Refused(f"GO no longer holds: {broken}.")
    if not_overridden(readiness.blockers, decision):
        return Refused(f"Wait a moment. {readiness.sentence}")
    if now < deployment.t0 - EARLIEST_START:
        return Refused("Too early: start opens 15 minutes before T0; reschedule to go earlier.")
    if now > decision.latest_start:
        return Refused("The latest start has passed; the ops lead decides again.")
    return refusal_while_occupied(deployment) or refusal_while_frozen(
        deployment, now, decision.overridden
    )


def refusal_of_latest_start(
    deployment: Deployment, latest_start: datetime, now: datetime
) -> Refused | None:
    if latest_start <= now:
        return Invalid("The latest start must still be to come.")
    if deployment.window_end and latest_start > deployment.window_end:
        return Invalid("The latest start cannot be after the window's end.")
    return None


def refusal_of_unseen(clashes: list[str]) -> Refused | None:
    """`clashes` are what a new time meets and nobody has been shown."""
    if not clashes:
        return None
    return Invalid(f"At the new time {joined(clashes)}. Record it again to take it all the same.")


def refusal_of_new_time(verdict: Verdict, t0: datetime | None, now: datetime) -> Refused | None:
    """A hold may name the new time at once; any other decision leaves the time as it is."""
    if t0 is None:
        return None
    if verdict != Verdict.HOLD:
        return Invalid("Only a HOLD names a new time.")
    return refusal_of_time(t0, now)
