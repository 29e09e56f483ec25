"""What may a person do to an item, given where the deployment stands?"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from accounts.models import User
from checklists import sniffing
from checklists.enums import CLOSED, EvidenceKind, ItemState, Phase
from checklists.evidence import LARGEST, Given
from checklists.exceptions import TooLarge
from checklists.models import Item
from deployments.enums import BEFORE_START, FINAL, Right, State
from deployments.exceptions import Forbidden, Invalid, Overtaken, Refused
from deployments.fitting import cut
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
# In which states, besides the final ones, the time of a phase has passed.
OVER: dict[Phase, frozenset[State]] = {
    Phase.BEFORE: frozenset({State.IN_PROGRESS, State.WATCHING, State.ROLLING_BACK}),
    Phase.DURING: frozenset({State.WATCHING, State.ROLLING_BACK}),
    Phase.AFTER: frozenset({State.ROLLING_BACK}),
    Phase.ROLLBACK: frozenset(),
}
LEFT_OUT = frozenset({ItemState.SKIPPED, ItemState.NOT_APPLICABLE})
SHOWN = 60
MAY_TICK = frozenset({Right.TICK, Right.EDIT, Right.OPERATE})


def refusal_to_tick(rights: Rights, item: Item, deployment: Deployment) -> Refused | None:
    return refusal_to_tick_any(rights) or refusal_by_phase(item.phase, deployment.state)


def refusal_to_tick_any(rights: Rights) -> Refused | None:
    if any(rights.has(right) for right in MAY_TICK):
        return None
    return Forbidden("Only members of this service may tick items.")


def refusal_by_phase(phase: str, state: str) -> Refused | None:
    if State(state) in OPEN_PHASES[Phase(phase)]:
        return None
    return Refused(f"Ticked {WHEN[Phase(phase)]}; now it is “{State(state).label}”.")


def phase_is_over(phase: str, state: str) -> bool:
    """Whether nobody can say any more what became of an item of this phase."""
    return State(state) in FINAL or State(state) in OVER[Phase(phase)]


def refusal_to_set(item: Item, to: ItemState, reason: str) -> Refused | None:
    """Whether the item itself allows the new state."""
    if to in LEFT_OUT and item.required:
        return Refused(
            f"“{item.text}” is required and cannot be left out by one person alone; "
            "ask for it on the item's page, and another person agrees or declines."
        )
    if to in {*LEFT_OUT, ItemState.FAILED} and not reason.strip():
        return refusal_without_reason(item, to)
    if to == ItemState.DONE and (refusal := refusal_by_choices(item)):
        return refusal
    return refusal_by_readiness(item, to)


def refusal_by_judgment(item: Item, to: ItemState) -> Refused | None:
    """A tick says that something was done, not how far it was met, nor who answers for that."""
    if not item.is_judged or to != ItemState.DONE:
        return None
    return Refused(f"“{item.text}” is judged in the watch, not ticked: by how far it is met.")


def refusal_without_reason(item: Item, to: ItemState) -> Refused:
    said = "has failed" if to == ItemState.FAILED else f"is {to.label.lower()}"
    return Invalid(f"Say why “{item.text}” {said}.")


def refusal_by_readiness(item: Item, to: ItemState) -> Refused | None:
    """A step waits for those before it, also to begin; nothing closes without its evidence."""
    if to not in CLOSED and to != ItemState.IN_PROGRESS:
        return None
    by_order = refusal_by_order(item) if item.is_step else None
    if by_order or to not in CLOSED:
        return by_order
    return refusal_by_evidence(item, has_any=item.evidence.exists())


def refusal_by_choices(item: Item) -> Refused | None:
    if not item.choices:
        return None
    return Refused(f"“{item.text}” is done by choosing one of {_quoted(item.choices)}.")


def refusal_to_choose(item: Item, word: str) -> Refused | None:
    if not item.choices:
        return Invalid(f"“{item.text}” has nothing to choose from; tick it instead.")
    if word not in item.choices:
        return Invalid(
            f"“{cut(word, SHOWN)}” is no choice of “{item.text}”; "
            f"choose one of {_quoted(item.choices)}."
        )
    return refusal_by_readiness(item, ItemState.DONE)


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def seen_as(item: Item) -> str:
    """What an act carries to say which state it was drawn from."""
    return f"{item.state}:{item.chosen}" if item.chosen else str(item.state)


def asked_as(item: Item) -> str:
    """Which asking an answer is meant for; empty where nobody asks."""
    if item.asked_at is None:
        return ""
    return f"{item.asked_state}:{item.asked_by_id}:{item.asked_at.isoformat()}"


def refusal_to_ask(item: Item, to: ItemState, reason: str) -> Refused | None:
    """Whether a second person can be asked to let this required item be left out."""
    if item.asked_by:
        wanted = f"“{item.text}” to be {ItemState(item.asked_state).label.lower()}"
        return Overtaken(f"{item.asked_by} asks already for {wanted}; answer that first.")
    return refusal_by_readiness(item, to) if reason.strip() else refusal_without_reason(item, to)


def refusal_to_answer(item: Item, user: User, seen: str) -> Refused | None:
    """Agreeing and declining: to what stands now, and never by the one who asked."""
    return _refusal_by_asking(item, seen) or refusal_to_second(item, user)


def refusal_to_second(item: Item, user: User) -> Refused | None:
    if item.asked_by_id != user.pk:
        return None
    return Forbidden(f"You asked to leave “{item.text}” out; another person agrees or declines.")


def refusal_to_take_back(item: Item, user: User, seen: str) -> Refused | None:
    if refusal := _refusal_by_asking(item, seen):
        return refusal
    if item.asked_by_id == user.pk:
        return None
    return Forbidden(f"Only {item.asked_by} asked for this and may take it back.")


def _refusal_by_asking(item: Item, seen: str) -> Refused | None:
    if item.asked_by and asked_as(item) == seen:
        return None
    if item.asked_by:
        return Overtaken(f"{item.asked_by} asks anew about “{item.text}”; read it first.")
    by = f" by {item.seconded_by or item.state_by}" if item.state_by else ""
    return Overtaken(
        f"Nobody asks any more to leave “{item.text}” out; it is {item.get_state_display()}{by}."
    )


def refusal_by_evidence(item: Item, *, has_any: bool) -> Refused | None:
    if has_any or not item.evidence_demanded:
        return None
    return Refused(f"“{item.text}” demands evidence; add it first.")


def refusal_by_order(item: Item) -> Refused | None:
    waiting = [step for step in item.predecessors.all() if _holds_up(step, item.deployment.state)]
    if not waiting:
        return None
    return Refused(f"Comes after “{waiting[0].text}”, which is not done yet.")


def _holds_up(step: Item, state: str) -> bool:
    """What nobody can close, such as an optional check once it has started, holds up nothing."""
    if step.phase == Phase.ROLLBACK and state != State.ROLLING_BACK:
        return False
    return not step.is_closed and not phase_is_over(step.phase, state)


def refusal_to_complete(
    rights: Rights, deployment: Deployment, waiting: list[str]
) -> Refused | None:
    return (
        refusal_to_move(deployment, State.WATCHING)
        or refusal_to_operate(rights, deployment, "complete")
        or refusal_while_waiting("Not complete", waiting)
    )


def refusal_while_waiting(so: str, waiting: Sequence[str]) -> Refused | None:
    """Names the first that is still to be done, and how many more there are."""
    if not waiting:
        return None
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return Refused(f"{so}: “{waiting[0]}”{more} still to be done.")


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
