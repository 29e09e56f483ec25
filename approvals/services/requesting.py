"""Asking for signatures: each rule is asked once it can be signed, and reminded until it holds."""

from datetime import datetime

from django.db import transaction

from approvals.enums import Stage
from approvals.models import Request
from approvals.policies.voting import refusal_by_order
from approvals.requests import due_of, next_moment, stage_at
from approvals.signoff import RuleStanding, standings
from deployments import clock, history
from deployments.enums import State
from deployments.models import Deployment, Event

VERBS: dict[Stage, str] = {
    Stage.ASKED: "signature asked",
    Stage.HALF: "signature reminded",
    Stage.LATE: "signature reminded",
    Stage.OVERDUE: "signature overdue",
}


@transaction.atomic
def tend_requests(deployment_id: int) -> list[Event]:
    """Bring the asking to where it has to be now: ask, remind, tell the lead, or let it rest."""
    deployment, now = Deployment.objects.lock(deployment_id), clock.now()
    rules = standings(deployment)
    open_ones = {one.rule_id: one for one in _open(deployment)}
    told = [_tend(deployment, one, rules, open_ones.pop(one.rule.pk, None), now) for one in rules]
    Request.objects.filter(pk__in=[one.pk for one in open_ones.values()]).update(settled_at=now)
    return [event for event in told if event is not None]


def _open(deployment: Deployment) -> list[Request]:
    return list(Request.objects.filter(deployment=deployment, settled_at=None))


def _tend(
    deployment: Deployment,
    standing: RuleStanding,
    rules: list[RuleStanding],
    found: Request | None,
    now: datetime,
) -> Event | None:
    if deployment.state != State.IN_REVIEW or deployment.t0 is None or not standing.missing:
        if found is not None:
            found.settled_at = now
            found.save(update_fields=["settled_at"])
        return None
    if found is None:
        return None if refusal_by_order(standing, rules) else _ask(deployment, standing, now)
    found.due_at = due_of(deployment.t0, standing.rule.asked_until, found.asked_at)
    stage = stage_at(found.asked_at, found.due_at, now)
    is_new = stage > Stage(found.told) and not standing.objections
    found.told = max(stage, Stage(found.told))
    found.next_at = next_moment(found.asked_at, found.due_at, Stage(found.told))
    found.save(update_fields=["due_at", "told", "next_at"])
    return _tell(deployment, found, standing, stage, now) if is_new else None


def _ask(deployment: Deployment, standing: RuleStanding, now: datetime) -> Event:
    assert deployment.t0 is not None
    due = due_of(deployment.t0, standing.rule.asked_until, now)
    found = Request.objects.create(
        deployment=deployment,
        rule=standing.rule,
        asked_at=now,
        due_at=due,
        next_at=next_moment(now, due, Stage.ASKED),
    )
    return _tell(deployment, found, standing, Stage.ASKED, now)


def _tell(
    deployment: Deployment, found: Request, standing: RuleStanding, stage: Stage, now: datetime
) -> Event:
    rule = standing.rule
    after = {
        "role": rule.role.key,
        "role_title": rule.role.title,
        "due": found.due_at.isoformat(),
        "again": bool(standing.again),
    }
    return history.record(deployment, VERBS[stage], actor=None, obj=rule, after=after, at=now)
