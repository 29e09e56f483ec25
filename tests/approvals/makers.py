"""Waivers and objections for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import User
from approvals import services
from approvals.enums import Choice
from approvals.models import Vote, Waiver
from approvals.shown import Shown
from approvals.waivers import question_of
from deployments import clock
from deployments.models import Deployment
from gates.models import Gate
from tests.builders import make_proof


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
