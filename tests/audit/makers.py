"""Votes for tests of proof."""

from __future__ import annotations

from accounts.models import User
from approvals import services
from approvals.enums import Choice
from approvals.models import Vote
from approvals.shown import Shown
from deployments.models import Deployment
from tests.builders import make_proof


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
