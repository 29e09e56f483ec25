"""Votes, decisions and acts for tests of proof, and what their faults say."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Vote
from approvals.services.deciding import record_decision
from approvals.shown import Shown
from approvals.verdict import readiness
from audit.faults import Fault
from checklists import services as checklists
from checklists.enums import ItemState
from deployments.models import Deployment
from tests.builders import Team, make_proof


def make_vote(
    deployment: Deployment, role: str, by: User, choice: Choice = Choice.APPROVE, reason: str = ""
) -> Vote:
    deployment = Deployment.objects.get(pk=deployment.pk)
    return services.sign(
        deployment.pk,
        deployment.rules.get(role__key=role).pk,
        choice,
        actor=by,
        proof=make_proof(),
        shown=Shown.of(deployment),
        reason=reason,
    )


@transaction.atomic
def make_decision(
    deployment: Deployment, by: User, reason: str = "The network is down"
) -> Decision:
    locked = Deployment.objects.lock(deployment.pk)
    return record_decision(locked, Verdict.HOLD, facts=readiness(locked), actor=by, reason=reason)


def act(deployment: Deployment, team: Team, state: ItemState = ItemState.DONE) -> None:
    item = deployment.items.get(position=1)
    checklists.set_state(deployment.pk, item.pk, state, actor=team.member)
    deployment.refresh_from_db()


def said_by(faults: Iterable[Fault]) -> str:
    return "\n".join(f"{one.place}: {one.sentence}" for one in faults)
