"""What a person may do on the day: begin, hand over, answer for a failed step, stop, roll back."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from checklists.asked import asked_now
from checklists.deadlocks import STEPS
from checklists.enums import Answer, ItemState, Phase
from checklists.models import Item
from checklists.policies import (
    MAY_TICK,
    refusal_by_phase,
    refusal_to_tick,
    refusal_to_tick_any,
    refusal_while_waiting,
)
from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.models import Deployment
from deployments.places import refusal_while_occupied
from deployments.policies import Rights, refusal_to_move, refusal_to_operate, refusal_without

GOES_ON = frozenset({ItemState.IN_PROGRESS, ItemState.DONE})
# In which state steps of which phase are acted on.
RUNNING: dict[State, Phase] = {
    State.IN_PROGRESS: Phase.DURING,
    State.ROLLING_BACK: Phase.ROLLBACK,
}


def refusal_by_owner(rights: Rights, item: Item) -> Refused | None:
    """A step of the day is its owner's and the ops leads'; anybody else takes it over first."""
    if not item.is_of_the_day or rights.has(Right.OPERATE):
        return None
    if item.owner_id and item.owner_id != rights.user.pk:
        return Forbidden(f"“{item.text}” is {item.owner}'s; take it over first.")
    role = item.owner_role
    if role is not None and not rights.speaks_as(role.key):
        return Forbidden(f"“{item.text}” is for {role}; take it over first.")
    return None


def refusal_by_question(item: Item, to: ItemState) -> Refused | None:
    """What failed is answered for first: it itself, and before any other step begins."""
    if item.asks_how_to_go_on:
        return _waits_for_answer(item)
    is_new = item.is_of_the_day and to in GOES_ON and item.state == ItemState.OPEN
    return refusal_by_failed(item, first_failed(item.deployment)) if is_new else None


def refusal_by_failed(item: Item, failed: Item | None) -> Refused | None:
    """`failed` is the `first_failed`, which is asked once for many items."""
    if failed is None or not item.is_of_the_day or item.state == ItemState.IN_PROGRESS:
        return None
    return _waits_for_answer(item if item.asks_how_to_go_on else failed)


def first_failed(deployment: Deployment) -> Item | None:
    """The first step of what runs now that failed and has not been answered for."""
    phase = RUNNING.get(State(deployment.state))
    if phase is None:
        return None
    failed = deployment.items.filter(phase=phase, state=ItemState.FAILED, kind__in=STEPS)
    return failed.select_related("question_to").order_by("position").first()


def _waits_for_answer(failed: Item) -> Refused:
    who = asked_now(failed) or "an ops lead"
    return Refused(f"“{failed.text}” failed; {who} says first how it goes on.")


def refusal_unless_confirmed(item: Item, to: ItemState, *, confirmed: bool) -> Refused | None:
    """Something that cannot be undone is begun only by somebody who read what it closes off."""
    is_new = item.is_of_the_day and item.irreversible and item.no_return_at is None
    if confirmed or to not in GOES_ON or not is_new:
        return None
    return Refused(
        f"“{item.text}” cannot be undone; read on its page what it closes off, and begin it there."
    )


def refusal_while_running(item: Item) -> Refused | None:
    """Nobody says what became of a step while its command says it itself."""
    live = item.attempts.live().first() if item.runs else None
    if live is None:
        return None
    return Refused(f"The command “{live.command}” of “{item.text}” still runs; end it first.")


def refusal_to_run(item: Item, declared: Sequence[str]) -> Refused | None:
    if not item.runs:
        return Invalid(f"“{item.text}” names no command that a worker could run.")
    if item.runs in declared:
        return refusal_while_running(item)
    return Refused(
        f"The command “{item.runs}” is not declared on this portal; begin the step by hand."
    )


def refusal_to_end_command(rights: Rights, item: Item) -> Refused | None:
    live = item.attempts.live().first()
    if live is None:
        return Overtaken(f"No command of “{item.text}” runs any more.")
    if live.requested_by_id == rights.user.pk:
        return None
    return refusal_without(rights, Right.OPERATE, "end a command that somebody else began")


def refusal_to_hand_over(rights: Rights, item: Item, deployment: Deployment) -> Refused | None:
    refusal = refusal_to_tick(rights, item, deployment)
    if refusal or (item.is_of_the_day and not item.is_closed):
        return refusal
    if item.is_of_the_day:
        return Overtaken(f"“{item.text}” is {item.get_state_display()} by {item.state_by} already.")
    return Refused(f"“{item.text}” is no step of the day; its owner is part of the plan.")


def refusal_of_receiver(to: User, rights: Rights, item: Item) -> Refused | None:
    if not to.is_active or not to.is_person or refusal_to_tick_any(rights):
        return Invalid(f"{to} may not act on this service; choose one of its members.")
    if item.owner_id == to.pk:
        return Overtaken(f"“{item.text}” is {to}'s already.")
    return None


def may_receive(rights: Rights) -> bool:
    return any(rights.has(right) for right in MAY_TICK)


def refusal_to_answer(rights: Rights, item: Item, deployment: Deployment) -> Refused | None:
    if not item.asks_how_to_go_on:
        by = f" by {item.state_by}" if item.state_by else ""
        return Overtaken(f"“{item.text}” asks nothing: it is {item.get_state_display()}{by}.")
    return refusal_to_say_how(rights, deployment) or refusal_by_phase(item.phase, deployment.state)


def refusal_to_say_how(rights: Rights, deployment: Deployment) -> Refused | None:
    """Of a step that failed while its phase runs."""
    if rights.user.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; another ops lead says how it goes on.")
    return refusal_without(rights, Right.OPERATE, "say how it goes on after a step failed")


def refusal_of_answer(item: Item, to: Answer, reason: str) -> Refused | None:
    if to == Answer.RETRY or reason.strip():
        return None
    if to == Answer.SKIP:
        return Invalid(f"Say why “{item.text}” is skipped.")
    return Invalid(f"Say how you know that “{item.text}” came through.")


def refusal_to_add_step(rights: Rights, deployment: Deployment) -> Refused | None:
    if State(deployment.state) in RUNNING:
        return refusal_to_operate(rights, deployment, "add a step to")
    state = deployment.get_state_display().lower()
    return Refused(f"Steps are added while the runbook runs; this deployment is {state}.")


def refusal_to_stop(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_move(deployment, State.STOPPED) or refusal_to_operate(
        rights, deployment, "stop"
    )


def refusal_to_begin_any_rollback(rights: Rights, deployment: Deployment) -> Refused | None:
    """Without asking whether the place is free, which the page of the rollback does."""
    return refusal_to_operate(rights, deployment, "begin the rollback of")


def refusal_to_roll_back(rights: Rights, deployment: Deployment) -> Refused | None:
    if deployment.state == State.ROLLING_BACK:
        return Overtaken("This deployment is being rolled back already.")
    return (
        refusal_to_move(deployment, State.ROLLING_BACK)
        or refusal_to_begin_any_rollback(rights, deployment)
        or refusal_while_occupied(deployment)
    )


def refusal_to_finish_rollback(
    rights: Rights, deployment: Deployment, waiting: Sequence[str]
) -> Refused | None:
    return (
        refusal_to_move(deployment, State.ROLLED_BACK)
        or refusal_to_operate(rights, deployment, "finish the rollback of")
        or refusal_while_waiting("Not rolled back yet", waiting)
    )


def is_running(phase: str, state: str) -> bool:
    """Whether steps of this phase are acted on now."""
    return RUNNING.get(State(state)) == phase
