"""Who is asked to report a gate again."""

from __future__ import annotations

from accounts.models import Role, User
from approvals.asking import holders_of, standing_in
from deployments.mentions import people_of
from deployments.models import Deployment
from deployments.policies import rights_of
from gates import policies

RESPONSIBLE = "technical_lead"


def reporters(deployment: Deployment, gate_id: str) -> list[User]:
    """Who reported it last, if that is a person who still may; else the technical leads.

    Where there is none of these, the release lead; stand-ins of whoever is away are asked as well.
    """
    people = _last(deployment, gate_id) or _responsible(deployment) or [deployment.lead]
    away = standing_in(deployment)
    instead = [away[one.pk].stand_in for one in people if one.pk in away]
    return list(dict.fromkeys([*people, *(one for one in instead if one is not None)]))


def _last(deployment: Deployment, gate_id: str) -> list[User]:
    asked = deployment.gates.select_related("last_sample__reporter").filter(pk=gate_id).first()
    reporter = asked.last_sample.reporter if asked and asked.last_sample else None
    if asked is None or reporter is None:
        return []
    if not people_of(deployment.service).filter(pk=reporter.pk).exists():
        return []
    rights = rights_of(reporter, deployment.service)
    first, *_ = policies.voices_by_hand(rights, asked, deployment)
    return [] if policies.refusal_by_hand(rights, asked, deployment, first) else [reporter]


def _responsible(deployment: Deployment) -> list[User]:
    role = Role.objects.filter(key=RESPONSIBLE).first()
    return holders_of(deployment, role) if role is not None else []
