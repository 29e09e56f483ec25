"""One deployment goes although a freeze stands in its way; and no longer does."""

from __future__ import annotations

from django.db import transaction

from accounts.fresh import Authentication
from accounts.models import User
from deployments import clock, history
from deployments.exceptions import require
from deployments.freezes.policies import (
    refusal_of_reason,
    refusal_of_stop,
    refusal_to_exempt,
    refusal_to_take_back,
)
from deployments.freezes.stops import Stop, stops_of
from deployments.models import Deployment, Event, Exemption, Freeze
from deployments.policies import refusal_by_proof


@transaction.atomic
def exempt(
    deployment_id: int,
    freeze_id: int,
    *,
    actor: User,
    proof: Authentication | None,
    reason: str,
) -> Exemption:
    """Let this deployment through the windows of the freeze that meet its time as it is now."""
    deployment = Deployment.objects.lock(deployment_id)
    freeze = Freeze.objects.with_names().get(pk=freeze_id)
    require(refusal_to_exempt(actor, freeze, deployment))
    require(refusal_by_proof(proof))
    stop = stop_by(freeze, deployment)
    require(refusal_of_stop(stop, freeze))
    require(refusal_of_reason(reason, "it may go all the same"))
    assert proof is not None and stop is not None
    now = clock.now()
    for former in deployment.exemptions.filter(freeze=freeze, ended_at=None):
        _end(former, actor, "another one covers the new time")
    made = Exemption.objects.create(
        deployment=deployment,
        freeze=freeze,
        reason=reason.strip(),
        covers_from=stop.windows[0].starts_at,
        covers_to=stop.windows[-1].starts_at,
        made_by=actor,
        made_at=now,
        authenticated_by=proof.means,
    )
    after = {
        "freeze": freeze.pk,
        "covers_from": made.covers_from.isoformat(),
        "covers_to": made.covers_to.isoformat(),
    }
    history.record(
        deployment, "exempted from freeze", actor=actor, obj=freeze, after=after,
        reason=made.reason, at=now,
    )  # fmt: skip
    return made


@transaction.atomic
def take_back(deployment_id: int, exemption_id: int, *, actor: User, reason: str) -> Event:
    """The freeze stops the deployment again; a GO that rests on it is recalled."""
    deployment = Deployment.objects.lock(deployment_id)
    people = ("freeze__service", "freeze__environment", "ended_by")
    exemption = deployment.exemptions.select_related(*people).get(pk=exemption_id)
    require(refusal_to_take_back(actor, exemption, deployment))
    require(refusal_of_reason(reason, "the exemption is taken back"))
    _end(exemption, actor, reason.strip())
    return history.record(
        deployment, "exemption taken back", actor=actor, obj=exemption.freeze, reason=reason.strip()
    )


def stop_by(freeze: Freeze, deployment: Deployment) -> Stop | None:
    """How this freeze meets the time of this deployment, if it does and has not been ended."""
    found = stops_of([deployment])[deployment.pk]
    return next((one for one in found if one.freeze.pk == freeze.pk), None)


def _end(exemption: Exemption, actor: User, reason: str) -> None:
    exemption.ended_by, exemption.ended_at = actor, clock.now()
    exemption.ended_reason = reason
    exemption.save(update_fields=["ended_by", "ended_at", "ended_reason"])
