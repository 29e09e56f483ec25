"""A success criterion is judged by values where there are some, else by who answers for it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from checklists.enums import ItemState, Kind, Phase
from checklists.models import Item
from checklists.policies import refusal_to_set
from checklists.services.states import put
from deployments import anchors
from deployments.conditions import ConditionError
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from monitoring import policies
from monitoring.enums import Verdict
from monitoring.models import Judgment, Series, Watch, judgment_of
from monitoring.services.targets import by_measure, deadline, series_of


@transaction.atomic
def judge_criterion(
    deployment_id: int, item_id: int, verdict: Verdict, *, actor: User, reason: str
) -> Event:
    """Judge it, which closes its item; a later judgment takes the place of an earlier one."""
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.select_related("state_by", "seconded_by", "judgment").get(
        pk=item_id, phase=Phase.AFTER
    )
    rights = rights_of(actor, deployment.service)
    refusal = policies.refusal_to_judge_criterion(rights, deployment, judgment_of(item), reason)
    require(refusal)
    require(refusal_to_set(item, ItemState.DONE, reason))
    instead_of = policies.judges_for(rights)
    return _judge(deployment, item, verdict, reason.strip(), actor=actor, instead_of=instead_of)


def judge_by_values(deployment: Deployment, watch: Watch) -> list[Event]:
    """What nobody has judged until the end of the watch, by the values before its deadline.

    What is not known then is left to a person, and so is what does not close without evidence or a
    choice. The caller holds the lock.
    """
    items = deployment.items.select_related("state_by", "seconded_by").filter(
        kind=Kind.CRITERION, phase=Phase.AFTER, state=ItemState.OPEN, asked_by=None
    )
    found = list(items.exclude(condition="").order_by("position"))
    if not found:
        return []
    series, known = series_of(watch), anchors.moments_of([deployment])[deployment.pk]
    events = []
    for item in found:
        item.deployment = deployment
        verdict, said = _measured(item, watch, series, known)
        if verdict != Verdict.UNKNOWN and refusal_to_set(item, ItemState.DONE, said) is None:
            events.append(_judge(deployment, item, verdict, said))
    return events


def _measured(
    item: Item, watch: Watch, series: Mapping[str, Series], known: anchors.Moments
) -> tuple[Verdict, str]:
    try:
        due_at = deadline(item.condition, known, watch)
    except ConditionError as error:
        return Verdict.UNKNOWN, str(error)
    assert due_at is not None
    return by_measure(item.condition, due_at, watch, series)


def _judge(
    deployment: Deployment,
    item: Item,
    verdict: Verdict,
    reason: str,
    *,
    actor: User | None = None,
    instead_of: User | None = None,
) -> Event:
    said = f"{verdict.label}: {reason}"
    event = put(deployment, item, ItemState.DONE, actor=actor, reason=said, on_behalf_of=instead_of)
    Judgment.objects.update_or_create(
        item=item,
        defaults={
            "verdict": verdict,
            "reason": reason,
            "judged_by": actor,
            "judged_at": event.at,
        },
    )
    return event
