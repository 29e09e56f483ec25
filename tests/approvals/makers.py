"""What the acts of sign-off stand on in tests: signatures, waivers, decisions, what is ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Answer, Decision, Vote, Waiver
from approvals.rollcall import RollCall, roll_call
from approvals.shown import Shown
from approvals.waivers import question_of
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock, content
from deployments.models import Deployment
from gates.models import Gate
from tests.builders import (
    ROLES,
    Team,
    answer_poll,
    make_deployment,
    make_proof,
    make_role,
    make_stand_in,
)


def make_waiver(gate: Gate, *, asked_by: User, **more: Any) -> Waiver:
    """One that waits for its second signature, as the row it is."""
    now = clock.now()
    facts = {
        "reason": "The scanner is down",
        "risk_owner": asked_by,
        "ends_at": now + timedelta(hours=4),
        "asked_at": now,
        "asked_means": "password",
        "question": question_of(gate, gate.deployment),
        "red_state": "failed",
        "content_hash": gate.deployment.content_hash,
        "schedule_hash": gate.deployment.schedule_hash,
        **more,
    }
    return Waiver.objects.create(deployment=gate.deployment, gate=gate, asked_by=asked_by, **facts)


def make_objection(deployment: Deployment, role: str, *, by: User) -> Vote:
    """Somebody rejects under the rule of a role what they were shown."""
    deployment = Deployment.objects.get(pk=deployment.pk)
    return services.sign(
        deployment.pk,
        deployment.rules.get(role__key=role).pk,
        Choice.REJECT,
        actor=by,
        proof=make_proof(),
        shown=Shown.of(deployment),
        reason="the scan is a week old",
    )


def sign(
    team: Team,
    deployment: Deployment,
    role: str,
    choice: Choice = Choice.APPROVE,
    *,
    actor: User | None = None,
    **fields: Any,
) -> Vote:
    rule = deployment.rules.get(role__key=role)
    deployment.refresh_from_db()
    fields = {"proof": make_proof(), "shown": Shown.of(deployment), **fields}
    person = actor or team.people[role]
    return services.sign(deployment.pk, rule.pk, choice, actor=person, **fields)


def change_content(team: Team, deployment: Deployment, text: str = "Deploy it twice") -> None:
    """Edit one item as the release manager, which makes a new content version."""
    with transaction.atomic():
        locked = Deployment.objects.lock(deployment.pk)
        locked.items.filter(position=2).update(text=text)
        assert content.refresh(locked, team.release_manager)


def make_ready(team: Team, t0_in: timedelta = timedelta(minutes=10)) -> Deployment:
    deployment = make_deployment(team, t0_in=t0_in, submitted=True)
    for item in deployment.items.filter(phase="before"):
        checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    for role in ROLES:
        sign(team, deployment, role)
    answer_poll(deployment)
    deployment.refresh_from_db()
    return deployment


def decide(team: Team, deployment: Deployment, verdict: Verdict, **fields: Any) -> Decision:
    deployment.refresh_from_db()
    fields = {
        "actor": team.ops_lead,
        "proof": make_proof(),
        "reason": "all agreed",
        "shown": Shown.of(deployment),
        **fields,
    }
    return services.decide(deployment.pk, verdict, **fields)


def poll_of(deployment: Deployment) -> RollCall:
    deployment.refresh_from_db()
    return roll_call(deployment, clock.now())


def answer(
    team: Team, deployment: Deployment, role: str, word: Verdict, remark: str = ""
) -> Answer:
    pk, person = make_role(role).pk, team.people[role]
    return services.answer(deployment.pk, pk, word, actor=person, remark=remark)


def make_stood_in(team: Team) -> Deployment:
    """In review, while the member stands in for security for a week."""
    found = make_deployment(team, submitted=True)
    make_stand_in(team.service, team.security, team.member)
    return found


def for_security(team: Team, deployment: Deployment, **fields: Any) -> Vote:
    fields = {"actor": team.member, "on_behalf_of": team.security, **fields}
    return sign(team, deployment, "security", **fields)
