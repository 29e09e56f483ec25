"""The verbs of sign-off: define, submit, reopen, resume, sign, decide, start."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.fresh import Authentication
from accounts.models import Role, User
from approvals import dossier, policies
from approvals.definitions import PolledDefinition, RuleDefinition
from approvals.enums import NEEDS_REASON, Choice, Verdict
from approvals.models import Decision, PolledRole, Rule, Standing, Vote
from approvals.signoff import current_votes, standings
from approvals.verdict import current_decision, readiness
from deployments import clock, history, provenance
from deployments.enums import Right, State
from deployments.exceptions import Invalid, Overtaken
from deployments.models import Deployment, Event
from deployments.policies import refusal_to_move, refusal_without, rights_of
from deployments.services import move, require

VERBS: dict[Choice, str] = {
    Choice.APPROVE: "signed",
    Choice.REJECT: "rejected",
    Choice.REQUEST_CHANGES: "changes requested",
    Choice.ABSTAIN: "abstained",
    Choice.WITHDRAW: "signature withdrawn",
}


def define(
    deployment: Deployment, rules: list[RuleDefinition], polled: list[PolledDefinition]
) -> None:
    """Write the approval rules; the caller holds the lock and refreshes the content afterwards."""
    seen: dict[str, int] = {}
    for place, rule in enumerate(rules, start=1):
        seen[rule.role] = seen.get(rule.role, 0) + 1
        Rule.objects.create(
            deployment=deployment,
            role=role_called(rule.role, rule.role_title),
            key=rule.role if seen[rule.role] == 1 else f"{rule.role}-{seen[rule.role]}",
            position=place,
            statement=rule.statement,
            line=rule.line,
        )
    for entry in polled:
        PolledRole.objects.get_or_create(
            deployment=deployment,
            role=role_called(entry.role, entry.role_title),
            defaults={"purpose": entry.purpose, "line": entry.line},
        )


def role_called(key: str, title: str) -> Role:
    """The role with this key; one that a document names for the first time is kept by its name."""
    return Role.objects.get_or_create(key=key, defaults={"title": title})[0]


@transaction.atomic
def submit(deployment_id: int, *, actor: User) -> Event:
    """Ask for sign-off; from here on the time T0 is told to people."""
    deployment = Deployment.objects.lock(deployment_id)
    now = clock.now()
    require(
        policies.refusal_to_submit(
            rights_of(actor, deployment.service),
            deployment,
            has_rules=deployment.rules.exists(),
            now=now,
        )
    )
    deployment.submitted_at = now
    deployment.save(update_fields=["submitted_at"])
    return move(deployment, State.IN_REVIEW, "submitted", actor=actor, at=now)


@transaction.atomic
def reopen(deployment_id: int, *, actor: User, reason: str = "") -> Event:
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_move(deployment, State.DRAFT))
    require(
        refusal_without(rights_of(actor, deployment.service), Right.EDIT, "reopen a deployment")
    )
    return move(deployment, State.DRAFT, "reopened", actor=actor, reason=reason)


@transaction.atomic
def resume(deployment_id: int, *, actor: User) -> Event:
    """Take a held or refused deployment back into review."""
    deployment = Deployment.objects.lock(deployment_id)
    require(refusal_to_move(deployment, State.IN_REVIEW))
    require(
        refusal_without(rights_of(actor, deployment.service), Right.EDIT, "resume a deployment")
    )
    return move(deployment, State.IN_REVIEW, "resumed", actor=actor)


@transaction.atomic
def sign(
    deployment_id: int,
    rule_id: int,
    choice: Choice,
    *,
    actor: User,
    proof: Authentication | None,
    shown_hash: str,
    reason: str = "",
) -> Vote:
    """Cast one vote on exactly the content that was shown.

    Refuses without a fresh proof, to whoever may not sign, and if the content moved meanwhile.
    """
    deployment = Deployment.objects.lock(deployment_id)
    rules = standings(deployment)
    standing = next((one for one in rules if one.rule.pk == rule_id), None)
    if standing is None:
        raise Invalid("This deployment has no such approval; reload the page.")
    others = current_votes(deployment.votes.order_by("pk")).values()
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_vote(rights, deployment, standing, others))
    require(policies.refusal_by_order(standing, rules))
    require(policies.refusal_by_proof(proof))
    if shown_hash != deployment.content_hash:
        raise Overtaken("The content changed while you were reading; nothing was signed.")
    if choice in NEEDS_REASON and not reason.strip():
        raise Invalid(policies.needs_reason(choice))
    return _cast(deployment, standing.rule, choice, actor=actor, proof=proof, reason=reason.strip())


def _cast(
    deployment: Deployment,
    rule: Rule,
    choice: Choice,
    *,
    actor: User,
    proof: Authentication | None,
    reason: str,
) -> Vote:
    assert proof is not None and deployment.content_version is not None
    vote = Vote.objects.create(
        deployment=deployment,
        rule=rule,
        person=actor,
        person_name=str(actor),
        role_title=rule.role.title,
        choice=choice,
        statement=rule.statement,
        reason=reason,
        content_version=deployment.content_version,
        content_hash=deployment.content_hash,
        schedule_hash=deployment.schedule_hash,
        grounds=f"holds {rule.role.title} of {deployment.service}",
        at=clock.now(),
        authenticated_by=proof.means,
        authenticated_at=proof.at,
        address=provenance.current().address,
    )
    place: dict[str, Any] = {
        "deployment": deployment,
        "content_hash": vote.content_hash,
        "person": actor,
    }
    if choice == Choice.WITHDRAW:
        Standing.objects.filter(**place).delete()
    else:
        Standing.objects.update_or_create(**place, defaults={"vote": vote})
    history.record(
        deployment,
        VERBS[choice],
        actor=actor,
        obj=vote,
        after={"role": rule.role.key, "statement": rule.statement, "content": vote.content_hash},
        reason=reason,
        at=vote.at,
    )
    return vote


@transaction.atomic
def decide(
    deployment_id: int,
    verdict: Verdict,
    *,
    actor: User,
    proof: Authentication | None,
    reason: str,
    latest_start: datetime | None = None,
    seen: Collection[str] = (),
) -> Decision:
    """Record GO, HOLD or NO-GO; GO is refused while anything blocks or a warning is unseen."""
    deployment = Deployment.objects.lock(deployment_id)
    verdict_now = readiness(deployment)
    rights = rights_of(actor, deployment.service)
    require(policies.refusal_to_decide(rights, deployment, verdict, verdict_now, seen))
    require(policies.refusal_by_proof(proof))
    if not reason.strip():
        raise Invalid("Give the reason in one line; it stands in the record.")
    if verdict == Verdict.GO and deployment.t0:
        latest_start = latest_start or deployment.t0 + policies.DEFAULT_LATEST_START
        require(policies.refusal_of_latest_start(latest_start, clock.now()))
    return record_decision(
        deployment, verdict, actor=actor, reason=reason.strip(), latest_start=latest_start
    )


def record_decision(
    deployment: Deployment,
    verdict: Verdict,
    *,
    actor: User | None,
    reason: str,
    latest_start: datetime | None = None,
    verb: str = "decided",
) -> Decision:
    """Freeze the facts, write the decision and move; the caller holds the lock and has judged."""
    at = clock.now()
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
        dossier=dossier.freeze(deployment, readiness(deployment)),
        replaces=current_decision(deployment),
    )
    move(
        deployment,
        policies.MOVES_TO[verdict],
        verb,
        actor=actor,
        reason=f"{decision.get_verdict_display()}: {reason}",
        at=at,
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
    return record_decision(
        deployment,
        Verdict.HOLD,
        actor=None,
        reason="the latest start passed without a start",
        verb="missed start",
    )
