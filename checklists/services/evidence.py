"""What shows that an item is so."""

from django.db import transaction

from accounts.models import User
from checklists import evidence, policies
from checklists.evidence import Given
from checklists.models import Evidence
from deployments import clock, history
from deployments.exceptions import require
from deployments.models import Deployment
from deployments.policies import rights_of


@transaction.atomic
def add_evidence(deployment_id: int, item_id: int, given: Given, *, actor: User) -> Evidence:
    """Keep what shows that an item is so; the same from the same person again changes nothing."""
    deployment = Deployment.objects.lock(deployment_id)
    item = deployment.items.get(pk=item_id)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_add_evidence(rights, item, deployment))
    require(policies.refusal_of_evidence(given))
    fields = evidence.keep(given)
    if again := item.evidence.filter(added_by=actor, **fields).first():
        return again
    added = Evidence.objects.create(item=item, added_by=actor, added_at=clock.now(), **fields)
    history.record(
        deployment,
        "evidence added",
        actor=actor,
        obj=item,
        after=evidence.recorded(fields),
        at=added.added_at,
    )
    return added
