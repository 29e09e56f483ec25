"""Settings tried out before they are saved: a row of its own, gone ten minutes later."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from deployments import clock, hints
from deployments.exceptions import Invalid, require
from deployments.models import Deployment, Service
from deployments.policies import refusal_to_edit, rights_of
from gates.definitions import GateDefinition
from gates.enums import ASKED
from gates.kinds import is_runnable
from gates.measurement import Measurement
from gates.models import TryOut
from gates.parts import refusal_of_gate
from gates.policies import refusal_to_edit_metrics
from gates.sources import refusal_of_source

KEPT = timedelta(minutes=10)
# A worker that has not come by then is not coming.
PATIENCE = timedelta(seconds=60)


@transaction.atomic
def ask(
    deployment: Deployment,
    kind: str,
    settings: Mapping[str, Any],
    condition: str,
    *,
    actor: User,
) -> TryOut:
    """Have a worker measure once; nothing of the plan changes."""
    require(refusal_to_edit(rights_of(actor, deployment.service), deployment))
    asked = GateDefinition("tried", kind, settings, condition)
    require(refusal_of_gate(asked, deployment.service))
    if not is_runnable(kind, settings):
        raise Invalid("There is nothing to try out: its result is reported or uploaded.")
    tried = TryOut.objects.create(
        deployment=deployment,
        kind=kind,
        settings=dict(settings),
        condition=condition,
        asked_by=actor,
        asked_at=clock.now(),
    )
    hints.hint("gates.try_out", tried.pk)
    return tried


@transaction.atomic
def ask_for_metric(
    service: Service, source: str, settings: Mapping[str, Any], unit: str, *, actor: User
) -> TryOut:
    """Have a worker take one reading; nothing of the service changes."""
    require(refusal_to_edit_metrics(rights_of(actor, service)))
    require(refusal_of_source(source, settings, unit))
    if source not in ASKED:
        raise Invalid("There is nothing to try out: its value is pushed or typed.")
    tried = TryOut.objects.create(
        service=service,
        kind=source,
        settings=dict(settings),
        unit=unit,
        asked_by=actor,
        asked_at=clock.now(),
    )
    hints.hint("gates.try_out", tried.pk)
    return tried


def claim(pk: int) -> TryOut | None:
    """The row, for the one worker that is first."""
    is_mine = TryOut.objects.filter(pk=pk, claimed_at=None).update(claimed_at=clock.now())
    return (
        TryOut.objects.select_related("deployment__service", "service").get(pk=pk)
        if is_mine
        else None
    )


def keep(tried: TryOut, found: Measurement) -> None:
    told = asdict(found)
    told["counts"] = {name: str(number) for name, number in found.counts.items()}
    TryOut.objects.filter(pk=tried.pk).update(found=told)


def forget(now: datetime) -> None:
    TryOut.objects.filter(asked_at__lt=now - KEPT).delete()


def is_given_up(tried: TryOut, now: datetime) -> bool:
    return tried.found is None and now > tried.asked_at + PATIENCE
