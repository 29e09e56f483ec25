"""GO, HOLD or NO-GO with its frozen facts, and the start that a GO allows."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.fresh import Authentication
from accounts.models import User
from approvals import dossier, records
from approvals.enums import LATEST_START_AFTER_T0, Closed, Verdict
from approvals.models import Decision
from approvals.policies import deciding as policies
from approvals.readiness import Readiness
from approvals.rollcall import counting_round, due_at, roll_call
from approvals.services.polling import begin_round, end_round
from approvals.shown import Shown, refusal_of_other
from approvals.verdict import current_decision, readiness
from deployments import clock
from deployments.canonical import digest
from deployments.enums import State
from deployments.exceptions import Invalid, Overtaken, require
from deployments.models import Deployment, Event
from deployments.policies import refusal_by_proof, rights_of
from deployments.services import move, move_t0


@transaction.atomic
def decide(
    deployment_id: int,
    verdict: Verdict,
    *,
    actor: User,
    proof: Authentication | None,
    reason: str,
    shown: Shown,
    start_within: timedelta = LATEST_START_AFTER_T0,
    seen: Collection[str] = (),
    new_t0: datetime | None = None,
) -> Decision:
    """Record GO, HOLD or NO-GO on exactly what was shown.

    GO is refused while anything blocks, a polled role has not said go, or a warning is unseen; it
    may be started until `start_within` after T0. A HOLD may move T0 in the same act.
    """
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    verdict_now, poll = readiness(deployment), roll_call(deployment, now)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_decide(rights, deployment, verdict, verdict_now, poll, seen))
    if verdict == Verdict.GO:
        require(policies.refusal_of_late_go(deployment, counting_round(deployment), now))
    require(policies.refusal_of_new_time(verdict, new_t0, now))
    require(refusal_by_proof(proof))
    require(refusal_of_other(shown, deployment, "decided"))
    if not reason.strip():
        raise Invalid("Give the reason in one line; it stands in the record.")
    latest_start = deployment.t0 + start_within if deployment.t0 else None
    if verdict == Verdict.GO and latest_start:
        require(policies.refusal_of_latest_start(deployment, latest_start, now))
    decision = record_decision(
        deployment,
        verdict,
        facts=verdict_now,
        actor=actor,
        reason=reason.strip(),
        latest_start=latest_start,
    )
    if new_t0 is not None:
        move_t0(deployment, new_t0, actor=actor)
    return decision


def record_decision(
    deployment: Deployment,
    verdict: Verdict,
    *,
    facts: Readiness,
    actor: User | None,
    reason: str,
    latest_start: datetime | None = None,
    verb: str = "decided",
    overridden: Mapping[str, str] | None = None,
    second_person: User | None = None,
) -> Decision:
    """Freeze the facts, write the decision and move; the caller holds the lock and has judged."""
    at = clock.now()
    frozen = dossier.freeze(deployment, facts, roll_call(deployment, at))
    if second_person is not None:
        frozen["second_person"] = str(second_person)
    decision = Decision.objects.create(
        deployment=deployment,
        verdict=verdict,
        reason=reason,
        decided_by=actor,
        decided_by_name=str(actor) if actor else "Deploy Portal",
        at=at,
        content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash,
        latest_start=latest_start if verdict == Verdict.GO else None,
        overridden=dict(overridden or {}),
        second_person=second_person,
        dossier=frozen,
        replaces=current_decision(deployment),
    )
    end_round(deployment, Closed.LEFT, at)
    move(
        deployment,
        policies.MOVES_TO[verdict],
        verb,
        actor=actor,
        reason=f"{decision.get_verdict_display()}: {reason}",
        at=at,
        also={"decision": decision.pk, "dossier": digest(records.of_decision(decision))},
    )
    return decision


@transaction.atomic
def start(deployment_id: int, *, actor: User) -> Event:
    """Begin the deployment if everything still holds at this instant; otherwise nothing starts."""
    deployment = Deployment.objects.lock(deployment_id)
    now = clock.now()
    require(
        policies.refusal_to_start(
            rights_of(actor, deployment.service),
            deployment,
            current_decision(deployment),
            readiness(deployment),
            now,
        )
    )
    deployment.started_at = now
    deployment.save(update_fields=["started_at"])
    try:
        with transaction.atomic():
            return move(deployment, State.IN_PROGRESS, "started", actor=actor, at=now)
    except IntegrityError:
        # Two starts at once both saw the place free; the partial unique index let one of them in.
        raise Overtaken(
            f"Another deployment has just started on {deployment.environment}; this one waits."
        ) from None


@transaction.atomic
def hold_missed_start(deployment_id: int) -> Decision | None:
    """Record the automatic HOLD of a GO whose latest start has passed; None if nothing is due."""
    deployment = Deployment.objects.lock(deployment_id)
    decision = current_decision(deployment)
    if deployment.state != State.GO or decision is None or decision.latest_start is None:
        return None
    if clock.now() <= decision.latest_start:
        return None
    return _hold(deployment, "the latest start passed without a start", verb="missed start")


@transaction.atomic
def hold_undecided(deployment_id: int) -> Decision | None:
    """Record the automatic HOLD of a review that nobody decided in time; None if none is due."""
    deployment = Deployment.objects.lock(deployment_id)
    due = due_at(deployment, counting_round(deployment))
    if deployment.state != State.IN_REVIEW or due is None or clock.now() < due:
        return None
    return _hold(deployment, "nobody decided by the time it was due", verb="not decided")


def _hold(deployment: Deployment, reason: str, *, verb: str) -> Decision:
    """A HOLD that no person decided: its time had come."""
    return record_decision(
        deployment,
        Verdict.HOLD,
        facts=readiness(deployment),
        actor=None,
        reason=reason,
        verb=verb,
    )


@transaction.atomic
def recall_if_broken(deployment_id: int) -> Event | None:
    """Take a GO that no longer holds back into review; None if it holds or is none."""
    deployment = Deployment.objects.lock(deployment_id)
    decision = current_decision(deployment)
    if deployment.state != State.GO or decision is None:
        return None
    broken = policies.why_go_is_broken(deployment, decision, readiness(deployment))
    if not broken:
        return None
    recalled = move(
        deployment, State.IN_REVIEW, "recalled", actor=None, reason=f"GO no longer holds: {broken}"
    )
    begin_round(deployment, recalled.at)
    return recalled
