"""Who may sign, decide and start, and the sentence for everybody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from accounts.fresh import Authentication
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Rule, Vote
from approvals.readiness import Readiness, joined
from approvals.signoff import RuleStanding
from deployments.blockers import Blocker
from deployments.enums import Right, State
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Refused
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_move, refusal_to_operate, refusal_without

EARLIEST_START = timedelta(minutes=15)
DEFAULT_LATEST_START = timedelta(minutes=30)


def refusal_to_vote(
    rights: Rights, deployment: Deployment, standing: RuleStanding, others: Iterable[Vote]
) -> Refused | None:
    """Whether this person may vote under this rule now; `others` are everyone's current votes."""
    rule = standing.rule
    if deployment.state != State.IN_REVIEW:
        return Refused(
            "Signatures are collected while the deployment is in review; it is "
            f"{deployment.get_state_display().lower()}."
        )
    return (
        refusal_by_role(rights, rule)
        or refusal_by_authorship(rights, deployment)
        or refusal_by_other_rule(rights, deployment, rule, others)
    )


def refusal_by_role(rights: Rights, rule: Rule) -> Refused | None:
    if not rights.user.is_person:
        return Forbidden("A machine never signs.")
    if rule.role.key not in rights.roles:
        return Forbidden(f"Only holders of the role {rule.role.title} of this service sign here.")
    return None


def refusal_by_authorship(rights: Rights, deployment: Deployment) -> Refused | None:
    person = rights.user
    if person.pk == deployment.requester_id:
        return Forbidden("You requested this deployment; somebody else must sign it.")
    if deployment.content_version and person.pk == deployment.content_version.author_id:
        return Forbidden("You edited this content last; somebody else must sign it.")
    if person in deployment.authors.all():
        return Forbidden("You are named as an author; somebody else must sign it.")
    return None


def refusal_by_other_rule(
    rights: Rights, deployment: Deployment, rule: Rule, others: Iterable[Vote]
) -> Refused | None:
    for vote in others:
        if (
            vote.person_id == rights.user.pk
            and vote.content_hash == deployment.content_hash
            and vote.rule_id != rule.pk
        ):
            return Forbidden(
                f"You already count as {vote.role_title} on this content; one person counts once."
            )
    return None


def refusal_by_order(standing: RuleStanding, rules: Iterable[RuleStanding]) -> Refused | None:
    for earlier in rules:
        if earlier.rule.order_group < standing.rule.order_group and not earlier.holds:
            return Refused(f"{earlier.rule.role.title} signs first.")
    return None


def refusal_to_submit(
    rights: Rights, deployment: Deployment, *, has_rules: bool, now: datetime
) -> Refused | None:
    refusal = refusal_to_move(deployment, State.IN_REVIEW) or refusal_without(
        rights, Right.EDIT, "submit a deployment"
    )
    missing = []
    if deployment.t0 is None:
        missing.append("the time T0 is not set")
    elif deployment.t0 <= now:
        missing.append("the time T0 is in the past")
    if not has_rules:
        missing.append("no role is asked to sign")
    if refusal is None and missing:
        return Refused(f"Cannot be submitted yet: {joined(missing)}.")
    return refusal


def refusal_to_decide(
    rights: Rights,
    deployment: Deployment,
    verdict: Verdict,
    readiness: Readiness,
    seen: Collection[str],
) -> Refused | None:
    refusal = refusal_to_decide_at_all(rights, deployment)
    if refusal or verdict != Verdict.GO:
        return refusal or refusal_to_move(deployment, MOVES_TO[verdict])
    return (
        refusal_to_move(deployment, State.GO)
        or refusal_while_blocked(readiness)
        or refusal_by_unseen(readiness.warnings, seen)
    )


MOVES_TO: dict[Verdict, State] = {
    Verdict.GO: State.GO,
    Verdict.HOLD: State.ON_HOLD,
    Verdict.NO_GO: State.NO_GO,
}


def refusal_to_decide_at_all(rights: Rights, deployment: Deployment) -> Refused | None:
    return refusal_to_operate(rights, deployment, "decide")


def refusal_while_blocked(readiness: Readiness) -> Refused | None:
    return None if readiness.is_ready else Refused(f"GO is not possible. {readiness.sentence}")


def refusal_by_unseen(warnings: list[Blocker], seen: Collection[str]) -> Refused | None:
    unseen = [warning.clause for warning in warnings if warning.key not in seen]
    return Refused(f"Mark every warning as seen first: {joined(unseen)}.") if unseen else None


def refusal_to_start(
    rights: Rights,
    deployment: Deployment,
    decision: Decision | None,
    readiness: Readiness,
    now: datetime,
) -> Refused | None:
    """All that must hold at the instant of start; the first that fails is the sentence."""
    refusal = refusal_to_move(deployment, State.IN_PROGRESS) or refusal_to_operate(
        rights, deployment, "start"
    )
    if refusal or decision is None or deployment.t0 is None or decision.latest_start is None:
        return refusal or Refused("There is no decision to start on.")
    if decision.content_hash != deployment.content_hash:
        return Refused("The content changed after GO; it must be signed and decided again.")
    if decision.schedule_hash != deployment.schedule_hash:
        return Refused("The time changed after GO; it must be decided again.")
    if not readiness.is_ready:
        return Refused(f"Something new stands in the way. {readiness.sentence}")
    if now < deployment.t0 - EARLIEST_START:
        return Refused("Too early: start opens 15 minutes before T0; reschedule to go earlier.")
    if now > decision.latest_start:
        return Refused("The latest start has passed; the ops lead decides again.")
    return refusal_while_occupied(deployment)


def refusal_while_occupied(deployment: Deployment) -> Refused | None:
    holder = (
        Deployment.objects.filter(
            service=deployment.service_id,
            environment=deployment.environment_id,
            state__in=[State.IN_PROGRESS, State.ROLLING_BACK],
        )
        .exclude(pk=deployment.pk)
        .first()
    )
    if holder is None:
        return None
    return Refused(
        f"{deployment.environment} is held by deployment #{holder.pk} ({holder.package}), which is "
        f"{holder.get_state_display().lower()}."
    )


def needs_reason(choice: Choice) -> str:
    return f"Say why: {choice.label.lower()} needs a reason that others can act on."


def refusal_by_proof(proof: Authentication | None) -> Refused | None:
    if proof is not None and proof.is_fresh():
        return None
    return NeedsFreshAuthentication(
        "Prove who you are first: your last sign-in is more than five minutes old."
    )


def refusal_of_latest_start(latest_start: datetime, now: datetime) -> Refused | None:
    return None if latest_start > now else Invalid("The latest start must still be to come.")
