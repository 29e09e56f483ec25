"""Whether what a mail asks for is done by now, or nobody needs it any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from approvals import waivers
from approvals.services import beyond_reach
from approvals.signoff import standings
from checklists.enums import ItemState
from checklists.models import Item
from checklists.policies import refusal_by_phase
from communications.enums import ASKS_TO_SIGN, GO_BACK, Kind
from deployments import clock
from deployments.enums import FINAL, State
from deployments.models import Deployment, Event
from gates import asking
from monitoring.models import Alert, Question


def is_in_vain(kind: str, deployment: Deployment, event: Event) -> bool:
    found = CHECKS.get(kind)
    return found is not None and found(deployment, event)


def is_needless(deployment: Deployment, event: Event) -> bool:
    """The item is closed or gone, or there is nothing more to do at all."""
    item = Item.objects.unclosed().filter(pk=event.object_id, deployment=deployment)
    return deployment.state in FINAL or not item.exists()


def goes_on(deployment: Deployment, event: Event) -> bool:
    """The step no longer waits for a word, or the runbook runs no more."""
    item = deployment.items.filter(pk=event.object_id, state=ItemState.FAILED).first()
    return item is None or refusal_by_phase(item.phase, deployment.state) is not None


def is_over(deployment: Deployment, event: Event) -> bool:
    """The alert has ended, or somebody looks after it."""
    return not Alert.objects.open().filter(pk=event.object_id, acknowledged_at=None).exists()


def is_decided(deployment: Deployment, event: Event) -> bool:
    """Nobody asks any more whether to roll back, or more does: the newest word says all of it."""
    is_open = Question.objects.open().filter(pk=event.object_id).exists()
    return not is_open or is_asked_anew(deployment, event)


def is_asked_anew(deployment: Deployment, event: Event) -> bool:
    """The same question was asked again after this, such as by a trigger beside an alert."""
    asked = deployment.events.filter(verb__in=GO_BACK, object_kind=event.object_kind)
    return asked.filter(object_id=event.object_id, sequence__gt=event.sequence).exists()


def is_asked_in_vain(deployment: Deployment, event: Event) -> bool:
    """The rule holds by now, is gone, or nobody signs any more."""
    rule = deployment.rules.filter(pk=event.object_id).first()
    if rule is None or deployment.state != State.IN_REVIEW:
        return True
    return not any(one.missing for one in standings(deployment) if one.rule == rule)


def is_within_reach(deployment: Deployment, event: Event) -> bool:
    """Nothing of what it says is so any more: signed, somebody stands in, or the time moved."""
    found = beyond_reach([deployment], clock.now()).get(deployment.pk, {})
    return not found.keys() & set(event.after["what"])


def is_reported(deployment: Deployment, event: Event) -> bool:
    """The gate holds until T0 by now, is waived or gone, or T0 is another one."""
    gate = asking.outdated_at_t0().filter(deployment=deployment, pk=event.object_id).first()
    if gate is None or event.after["revision"] != deployment.schedule_revision:
        return True
    return gate.key in waivers.signed_of(deployment)


CHECKS: Mapping[str, Callable[[Deployment, Event], bool]] = {
    Kind.REMINDER: is_needless,
    Kind.STEP_FAILED: goes_on,
    Kind.ALERT: is_over,
    Kind.ROLLBACK_ASKED: is_decided,
    **dict.fromkeys(ASKS_TO_SIGN, is_asked_in_vain),
    Kind.OUT_OF_REACH: is_within_reach,
    Kind.GATE_REPORT: is_reported,
}
