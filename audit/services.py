"""Asks for exports; a worker makes them."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from audit import policies
from audit.enums import Exported
from audit.models import Export, ExportQuerySet
from audit.population import Criteria
from deployments import clock, hints, history
from deployments.exceptions import require
from deployments.models import Deployment
from deployments.policies import rights_of

PORTAL = "portal"


@transaction.atomic
def ask_for_evidence(deployment_id: int, *, actor: User) -> Export:
    """An export that the same person already waits for is given again."""
    deployment = Deployment.objects.lock(deployment_id)
    require(policies.refusal_to_export(rights_of(actor, deployment.service)))
    waiting = waiting_of(actor)
    if found := waiting.filter(what=Exported.DEPLOYMENT, deployment=deployment).first():
        return found
    require(policies.refusal_of_more(waiting.count()))
    export = Export.objects.create(
        what=Exported.DEPLOYMENT, deployment=deployment, asked_by=actor, asked_at=clock.now()
    )
    history.record(deployment, "evidence asked for", actor=actor)
    hints.hint("audit.make_export", export.pk)
    return export


@transaction.atomic
def ask_for_sample(criteria: Criteria, *, actor: User) -> Export:
    """Of the services that the person audits; those of the criteria are judged again here.

    The same that the same person already waits for is given again.
    """
    chain = history.chain(PORTAL)
    services = policies.audited(actor)
    require(policies.refusal_to_audit(services, actor))
    require(policies.refusal_of_sample(criteria.first, criteria.last, criteria.seed, criteria.size))
    require(policies.refusal_beyond(services, actor, criteria.services))
    waiting = waiting_of(actor)
    if found := waiting.filter(what=Exported.SAMPLE, criteria=criteria.as_data()).first():
        return found
    require(policies.refusal_of_more(waiting.count()))
    export = Export.objects.create(
        what=Exported.SAMPLE, criteria=criteria.as_data(), asked_by=actor, asked_at=clock.now()
    )
    history.record(chain, "population list asked for", actor=actor, after=criteria.as_data())
    hints.hint("audit.make_export", export.pk)
    return export


def waiting_of(actor: User) -> ExportQuerySet:
    """What they asked for and is not made yet."""
    return Export.objects.of(actor).filter(made_at=None, problem="")
