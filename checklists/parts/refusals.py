"""Whether an item makes sense as it is planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.models import User
from checklists import ordering
from checklists.deadlocks import STEPS
from checklists.enums import ON_THE_DAY, Kind, Phase
from checklists.models import Item
from checklists.plan import ItemPlan, SectionPlan
from connections.declaring import NAME
from deployments.conditions import ConditionError, parse
from deployments.enums import Right
from deployments.exceptions import Invalid, Refused
from deployments.fitting import cut
from deployments.models import Deployment
from deployments.policies import rights_of

LONGEST_TEXT = 4000
LONGEST_TITLE = 200
LONGEST_CHOICE = 200
LONGEST_CONDITION = Item._meta.get_field("condition").max_length or 0
SHOWN = 60


def refusal_of_item(deployment: Deployment, plan: ItemPlan, row: Item | None) -> Refused | None:
    return (
        refusal_of_words(plan.text, "text", LONGEST_TEXT)
        or _refusal_of_phase(plan)
        or _refusal_of_command(plan)
        or _refusal_of_condition(plan)
        or refusal_of_choices(plan.choices)
        or _refusal_of_strangers(deployment, plan)
        or _refusal_of_owner(deployment, plan, row)
    )


def _refusal_of_condition(plan: ItemPlan) -> Refused | None:
    if not plan.condition:
        return None
    if plan.kind != Kind.CRITERION:
        return Invalid("Only a success criterion is judged by a condition; leave it empty here.")
    if len(plan.condition) > LONGEST_CONDITION:
        return Invalid(f"A condition has at most {LONGEST_CONDITION} characters; shorten it.")
    try:
        parse(plan.condition)
    except ConditionError as error:
        return Invalid(str(error))
    return None


def refusal_of_section(plan: SectionPlan) -> Refused | None:
    return refusal_of_words(plan.title, "title", LONGEST_TITLE)


def refusal_of_words(words: str, field: str, longest: int) -> Refused | None:
    if not words.strip():
        return Invalid(f"The {field} is empty; write what it is about.")
    if "\0" in words:
        return Invalid(f"The {field} contains a NUL character; remove it.")
    if len(words) > longest:
        return Invalid(
            f"The {field} has {len(words)} characters; {longest} is the most. Shorten it."
        )
    return None


def refusal_of_choices(choices: Sequence[str]) -> Refused | None:
    if not choices:
        return None
    if len(choices) == 1:
        return Invalid("One choice is none; name at least two, or leave them all out.")
    if len({one.casefold() for one in choices}) < len(choices):
        return Invalid("Two of the choices are the same; each may stand once.")
    if any(len(one) > LONGEST_CHOICE for one in choices):
        return Invalid(f"A choice has at most {LONGEST_CHOICE} characters; shorten it.")
    return None


def refusal_of_circle(items: Sequence[Item], row: Item, after: Iterable[Item]) -> Refused | None:
    """`items` are all of the deployment, with their predecessors as they stand."""
    before = {one.pk: {earlier.pk for earlier in one.predecessors.all()} for one in items}
    before[row.pk] = {earlier.pk for earlier in after}
    way = ordering.circle(before, row.pk)
    if not way:
        return None
    text = {one.pk: cut(one.text, SHOWN) for one in items}
    names = " after ".join(f"“{text[pk]}”" for pk in way)
    return Invalid(f"An item cannot come before itself: {names}.")


def _refusal_of_phase(plan: ItemPlan) -> Refused | None:
    if (plan.kind == Kind.ROLLBACK_STEP) == (plan.phase == Phase.ROLLBACK):
        return None
    return Invalid("A rollback step belongs to the phase “Rollback”, and nothing else does.")


def _refusal_of_command(plan: ItemPlan) -> Refused | None:
    """That it is declared is judged when it is to run: declarations come and go."""
    if not plan.runs:
        return None
    if plan.kind not in STEPS or plan.phase not in ON_THE_DAY:
        return Invalid("Only a step of the day or of a rollback runs a command.")
    if plan.choices:
        return Invalid("A step that runs a command has no choices; its result is that of its run.")
    if not NAME.fullmatch(plan.runs):
        return Invalid(f"“{cut(plan.runs, SHOWN)}” is no name of a declared command.")
    return None


def _refusal_of_strangers(deployment: Deployment, plan: ItemPlan) -> Refused | None:
    places = {plan.section.deployment_id, *(item.deployment_id for item in plan.after)}
    if places == {deployment.pk}:
        return None
    return Invalid("Section and predecessors have to be of this deployment; choose again.")


def _refusal_of_owner(deployment: Deployment, plan: ItemPlan, row: Item | None) -> Refused | None:
    """Who owns it already may stay, so that other fields can be mended first."""
    if plan.owner is None or (row is not None and row.owner_id == plan.owner.pk):
        return None
    return refusal_of_holder(plan.owner, deployment)


def refusal_of_holder(owner: User, deployment: Deployment) -> Refused | None:
    if owner.is_person and rights_of(owner, deployment.service).has(Right.SEE):
        return None
    return Invalid(f"{owner} does not see {deployment.service}; choose somebody who does.")
