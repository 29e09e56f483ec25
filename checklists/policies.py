"""What may a person do to an item, given where the deployment stands?"""

from __future__ import annotations

from urllib.parse import urlsplit

from checklists import sniffing
from checklists.enums import CLOSED, EvidenceKind, ItemState, Phase
from checklists.evidence import LARGEST, Given
from checklists.exceptions import TooLarge
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
    if to not in CLOSED:
        return None
    by_order = refusal_by_order(item) if item.is_step else None
    return by_order or refusal_by_evidence(item, has_any=item.evidence.exists())


def refusal_by_evidence(item: Item, *, has_any: bool) -> Refused | None:
    if has_any or not item.evidence_demanded:
        return None
    return Refused(f"“{item.text}” demands evidence; add it first.")


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


def refusal_to_add_evidence(rights: Rights, item: Item, deployment: Deployment) -> Refused | None:
    if not any(rights.has(right) for right in MAY_TICK):
        return Forbidden("Only members of this service may add evidence.")
    if refusal_by_phase(item.phase, deployment.state) is None:
        return None
    now = State(deployment.state).label
    return Refused(f"Evidence is added {WHEN[Phase(item.phase)]}; now it is “{now}”.")


def refusal_of_evidence(given: Given) -> Refused | None:
    """Whether this can be evidence at all; the size of a file is asked before it is read."""
    match given.kind:
        case EvidenceKind.TEXT if not given.text:
            return Invalid("Write what you saw.")
        case EvidenceKind.NUMBER if given.number is None or not given.number.is_finite():
            return Invalid("Enter the number that was measured, such as 99.5.")
        case EvidenceKind.LINK:
            return refusal_of_link(given.url)
        case EvidenceKind.FILE:
            return _refusal_of_file(given)
    return None


def refusal_of_link(url: str) -> Refused | None:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_whole = False
    if not is_whole or not url.startswith("http") or any(sign.isspace() for sign in url):
        return Invalid("A link begins with http:// or https:// and names a host.")
    if "@" in parts.netloc:
        return Invalid("A link carries no name or password before its host; leave them out.")
    return None


def _refusal_of_file(given: Given) -> Refused | None:
    if given.file_size > LARGEST:
        return TooLarge(
            f"“{given.file_name}” has more than 20 MB; add a smaller one, or a link to it."
        )
    if given.file_size == 0:
        return Invalid(f"“{given.file_name}” is empty; choose the file that shows it.")
    sentence = sniffing.lie(given.file_name, given.sniffed())
    return Invalid(sentence) if sentence else None
