"""What the end of a command makes of its step; a late word counts no more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from checklists.claims import LOST, Claim, clean
from checklists.enums import AttemptState, ItemState
from checklists.models import Attempt, Item
from checklists.policies import refusal_by_evidence
from checklists.services.states import put
from deployments import clock, history
from deployments.models import Deployment, Event


@dataclass(frozen=True)
class Verdict:
    """How a command ended; `code` is None where it never ran or never ended by itself."""

    is_good: bool
    reason: str
    code: int | None = None
    output: str | None = None


@transaction.atomic
def settle(held: Claim, verdict: Verdict) -> Event | None:
    """Write down what the worker brings, if its token still holds: done, or failed and asked."""
    deployment = Deployment.objects.lock(held.attempt.item.deployment_id)
    state = AttemptState.DONE if verdict.is_good else AttemptState.FAILED
    attempt = _end(held.attempt, state, verdict.reason, token=held.token, code=verdict.code)
    if attempt is None:
        return None
    if verdict.output is not None:
        attempt.output = clean(verdict.output)
        attempt.save(update_fields=["output"])
    return _say(deployment, attempt, is_good=verdict.is_good)


@transaction.atomic
def give_up(attempt_id: int) -> Event | None:
    """A run whose worker is gone is stuck; a person says how it goes on, nothing runs it again."""
    attempt = Attempt.objects.select_related("item").get(pk=attempt_id)
    deployment = Deployment.objects.lock(attempt.item.deployment_id)
    if not Attempt.objects.abandoned(clock.now()).filter(pk=attempt_id).exists():
        return None
    stuck = _end(attempt, AttemptState.STUCK, attempt.reason or LOST, token=attempt.token)
    return _say(deployment, stuck, is_good=False) if stuck else None


def _end(
    attempt: Attempt,
    state: AttemptState,
    reason: str,
    *,
    token: uuid.UUID | None,
    code: int | None = None,
) -> Attempt | None:
    mine = Attempt.objects.filter(pk=attempt.pk, token=token, state=AttemptState.RUNNING)
    ended = mine.update(
        state=state,
        token=None,
        lease_until=None,
        finished_at=clock.now(),
        code=code,
        reason=clean(reason),
    )
    return Attempt.objects.select_related("requested_by").get(pk=attempt.pk) if ended else None


def _say(deployment: Deployment, attempt: Attempt, *, is_good: bool) -> Event:
    item = deployment.items.get(pk=attempt.item_id)
    item.deployment = deployment
    also = {"command": attempt.command, "run": str(attempt.number)}
    if is_good and (refusal := _refusal_to_close(item)):
        return history.record(
            deployment,
            "step command ended",
            actor=None,
            obj=item,
            after=also,
            reason=refusal,
        )
    return put(
        deployment,
        item,
        ItemState.DONE if is_good else ItemState.FAILED,
        actor=None,
        by=attempt.requested_by,
        reason="" if is_good else attempt.reason,
        also=also,
    )


def _refusal_to_close(item: Item) -> str:
    refusal = refusal_by_evidence(item, has_any=item.evidence.exists())
    return refusal.sentence if refusal else ""
