"""A success criterion is judged by the person who answers for it."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from checklists.enums import ItemState, Phase
from checklists.policies import refusal_to_set
from checklists.services.states import put
from deployments.exceptions import require
from deployments.models import Deployment, Event
from deployments.policies import rights_of
from monitoring import policies
from monitoring.enums import Verdict
from monitoring.models import Judgment


@transaction.atomic
def judge_criterion(
    deployment_id: int, item_id: int, verdict: Verdict, *, actor: User, reason: str
) -> Event:
    """Judge it, which closes its item; a later judgment takes the place of an earlier one."""
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.select_related("state_by", "seconded_by").get(
        pk=item_id, phase=Phase.AFTER
    )
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_judge_criterion(rights, deployment, reason))
    require(refusal_to_set(item, ItemState.DONE, reason))
    said = f"{verdict.label}: {reason.strip()}"
    event = put(deployment, item, ItemState.DONE, actor=actor, reason=said)
    Judgment.objects.update_or_create(
        item=item,
        defaults={
            "verdict": verdict,
            "reason": reason.strip(),
            "judged_by": actor,
            "judged_at": event.at,
        },
    )
    return event
