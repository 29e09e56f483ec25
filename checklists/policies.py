"""What may a person do to an item, given where the deployment stands?"""

from __future__ import annotations

from checklists.enums import CLOSED, ItemState, Phase
from checklists.models import Item
from deployments.enums import BEFORE_START, Right, State
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_move, refusal_to_operate

# In which states an item of each phase may still be ticked or un-ticked.
OPEN_PHASES: dict[Phase, frozenset[State]] = {
    Phase.BEFORE: BEFORE_START,
    Phase.DURING: frozenset({State.IN_PROGRESS}),
    Phase.AFTER: frozenset({State.IN_PROGRESS, State.WATCHING}),
    Phase.ROLLBACK: frozenset({State.ROLLING_BACK}),
}
WHEN: dict[Phase, str] = {
    Phase.BEFORE: "before the deployment starts",
    Phase.DURING: "while the deployment is in progress",
    Phase.AFTER: "while the deployment is in progress or watched",
    Phase.ROLLBACK: "during a rollback",
}
MAY_TICK = frozenset({Right.TICK, Right.EDIT, Right.OPERATE})


def refusal_to_tick(rights: Rights, item: Item, deployment: Deployment) -> Refused | None:
    if not any(rights.has(right) for right in MAY_TICK):
        return Forbidden("Only members of this service may tick items.")
    return refusal_by_phase(item.phase, deployment.state)


def refusal_by_phase(phase: str, state: str) -> Refused | None:
    if State(state) in OPEN_PHASES[Phase(phase)]:
        return None
    return Refused(f"Ticked {WHEN[Phase(phase)]}; now it is “{State(state).label}”.")


def refusal_to_set(item: Item, to: ItemState, reason: str) -> Refused | None:
    """Whether the item itself allows the new state."""
    if to in {ItemState.SKIPPED, ItemState.NOT_APPLICABLE} and item.required:
        return Refused(f"“{item.text}” is required and cannot be left out by one person alone.")
    if to in {ItemState.SKIPPED, ItemState.NOT_APPLICABLE, ItemState.FAILED} and not reason.strip():
        return Invalid(f"Say why “{item.text}” is {to.label.lower()}.")
    if to in CLOSED and item.is_step:
        return refusal_by_order(item)
    return None


def refusal_by_order(item: Item) -> Refused | None:
    waiting = [step for step in item.predecessors.all() if not step.is_closed]
    if not waiting:
        return None
    return Refused(f"Comes after “{waiting[0].text}”, which is not done yet.")


def refusal_to_complete(
    rights: Rights, deployment: Deployment, waiting: list[str]
) -> Refused | None:
    refusal = refusal_to_move(deployment, State.WATCHING) or refusal_to_operate(
        rights, deployment, "complete"
    )
    if refusal or not waiting:
        return refusal
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return Refused(f"Not complete: “{waiting[0]}”{more} still to be done.")
