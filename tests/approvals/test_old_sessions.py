"""X4 through the pages: in a session that is not fresh nothing is put to anybody's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from approvals.enums import Choice
from approvals.shown import Shown
from deployments import clock
from deployments.enums import Grant
from deployments.models import Deployment
from deployments.services import grant, grant_role
from tests.approvals.makers import make_ready, make_waiver, sign
from tests.approvals.test_bad_input import make_red
from tests.approvals.test_lifting import take_role
from tests.builders import (
    PASSWORD,
    Team,
    make_deployment,
    make_person,
    make_proof,
    make_role,
    make_stand_in,
    signed_in,
)  # fmt: skip
from tests.gates.makers import make_gate
from tests.gates.test_uploads import PASSED

pytestmark = pytest.mark.django_db


@dataclass
class Page:
    """What somebody posts: by whom, below the deployment's address where, and what they typed."""

    person: User
    path: str
    told: dict[str, Any] = field(default_factory=dict)


def _sign(team: Team, one: Deployment) -> Page:
    rule = one.rules.get(role__key="security")
    return Page(team.security, f"sign/{rule.pk}/", {"choice": "approve"})


def _sign_for(team: Team, one: Deployment) -> Page:
    make_stand_in(team.service, team.security, team.member)
    return Page(team.member, _sign(team, one).path, {"choice": "approve"})


def _decide(verdict: str) -> Callable[[Team, Deployment], Page]:
    told = {"verdict": verdict, "reason": "so", "latest_start_minutes": 30}
    return lambda team, one: Page(team.ops_lead, "decide/", told)


def _break_glass(team: Team, one: Deployment) -> Page:
    grant(team.service, Grant.BREAK_GLASS, team.member, actor=None)
    told = {"reason": "so", "second_person": "ops_lead", "latest_start_minutes": 30}
    return Page(team.member, "break-glass/", told)


def _ask_waiver(team: Team, one: Deployment) -> Page:
    gate, ends = make_red(one), clock.now() + timedelta(hours=3)
    told = {
        "reason": "so",
        "risk_owner": team.product_owner.pk,
        "ends_at": f"{ends:%Y-%m-%dT%H:%M}",
    }
    return Page(team.member, f"gates/{gate.key}/waiver/", told)


def _sign_waiver(team: Team, one: Deployment) -> Page:
    waiver = make_waiver(make_red(one), asked_by=team.ops_lead)
    return Page(team.technical_lead, f"waivers/{waiver.pk}/sign/")


def _lift(team: Team, one: Deployment) -> Page:
    vote = sign(team, one, "security", Choice.REJECT, reason="so")
    take_role(team.security)
    other = make_person("second_security")
    grant_role(team.service, make_role("security"), other, actor=None)
    return Page(other, f"votes/{vote.pk}/lift/", {"reason": "so"})


def _report(team: Team, one: Deployment) -> Page:
    gate = make_gate(one, title="Coverage")
    told = {"outcome": "good", "value": "86", "evidence": "the log"}
    return Page(team.security, f"gates/{gate.key}/report/", told)


def _upload(team: Team, one: Deployment) -> Page:
    gate = make_gate(one, title="Scan", kind="junit")
    return Page(team.security, f"gates/{gate.key}/upload/")


PAGES: dict[str, Callable[[Team, Deployment], Page]] = {
    "sign": _sign, "sign for somebody": _sign_for, "hold": _decide("hold"),
    "no-go": _decide("no_go"), "break glass": _break_glass, "ask waiver": _ask_waiver,
    "sign waiver": _sign_waiver, "lift": _lift, "report by hand": _report, "upload": _upload,
}  # fmt: skip


def in_an_old_session(person: User) -> Client:
    person.set_password(PASSWORD)
    person.save()
    client = signed_in(person)
    session, old = client.session, make_proof(6)
    session["authenticated"] = {"means": old.means, "at": old.at.isoformat()}
    session.save()
    return client


def post(client: Client, one: Deployment, page: Page, **more: str) -> Any:
    one.refresh_from_db()
    shown = Shown.of(one)
    told: dict[str, Any] = {
        "shown_content": shown.content,
        "shown_schedule": shown.schedule,
        **page.told,
        **more,
    }
    if page.path.endswith("/upload/"):
        told["report"] = SimpleUploadedFile("a.xml", PASSED)
    return client.post(f"/deployments/{one.pk}/{page.path}", told)


def proven(team: Team, one: Deployment, page: Page) -> None:
    """Refused without and with a wrong password, changing nothing; taken with the right one."""
    client, before = in_an_old_session(page.person), one.events.count()
    for more in ({}, {"password": "wrong"}):
        answer = post(client, one, page, **more)
        assert answer.status_code == 422
        assert 'name="password"' in answer.content.decode()
        assert one.events.count() == before
    assert post(client, one, page, password=PASSWORD).status_code == 302
    assert one.events.count() > before


@pytest.mark.parametrize("act", PAGES)
def test_page_asks_who_it_is_and_does_nothing_before(team: Team, act: str) -> None:
    deployment = make_deployment(team, submitted=True)
    proven(team, deployment, PAGES[act](team, Deployment.objects.get(pk=deployment.pk)))


def test_go_asks_who_it_is(team: Team) -> None:
    deployment = make_ready(team)
    proven(team, deployment, _decide("go")(team, deployment))
