"""My decisions: what waits for one person over all services, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.enums import Choice, Verdict
from dashboard.decisions import inbox_of
from deployments.enums import Grant
from deployments.models import Deployment
from deployments.services import grant, grant_role
from tests.approvals.makers import make_waiver
from tests.approvals.test_services import change_content, decide, make_ready, sign
from tests.builders import (
    Team,
    make_deployment,
    make_role,
    make_stand_in,
    make_team,
    signed_in,
)

pytestmark = pytest.mark.django_db


def labels(person, **filters: str) -> list[str]:
    return [row.label for row in inbox_of(person, **filters).rows]


def test_signature_waits_until_it_is_given_and_again_after_a_change(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    assert labels(team.security) == ["Sign as Security"]
    sign(team, deployment, "security")
    assert labels(team.security) == []
    change_content(team, deployment)
    assert labels(team.security) == ["Sign as Security"]


def test_draft_asks_nobody_and_outsiders_see_nothing(team: Team) -> None:
    make_deployment(team)
    assert labels(team.security) == []
    make_deployment(team, submitted=True)
    assert labels(team.outsider) == labels(team.stakeholder) == labels(team.release_manager) == []


def test_most_urgent_comes_first_over_all_services(team: Team) -> None:
    other = make_team("search", prefix="search_")
    grant_role(other.service, make_role("security"), team.security, actor=None)
    late = make_deployment(team, t0_in=timedelta(days=3), submitted=True)
    soon = make_deployment(other, t0_in=timedelta(hours=5), submitted=True)
    rows = inbox_of(team.security).rows
    assert [row.deployment for row in rows] == [soon, late]
    assert [row.due for row in rows] == [
        soon.t0 - timedelta(hours=2), late.t0 - timedelta(hours=2),
    ]  # fmt: skip
    assert [row.deployment for row in inbox_of(team.security, service="search").rows] == [soon]
    assert labels(team.security, asks="decision") == []


def test_poll_and_decision_wait_once_their_time_has_come(team: Team) -> None:
    make_deployment(team, t0_in=timedelta(days=2), submitted=True)
    assert labels(team.ops_lead) == []
    make_deployment(team, t0_in=timedelta(hours=1), submitted=True)
    assert labels(team.ops_lead) == ["Decide go or no-go"]
    assert labels(team.security, asks="answer") == ["Answer in the poll"]


def test_decided_one_waits_for_nobody(team: Team) -> None:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    assert labels(team.ops_lead) == labels(team.security) == []


def test_waiver_waits_for_whoever_may_sign_it(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    gate = deployment.gates.create(
        key="scan", position=1, title="Scan", kind="reported", state="failed"
    )
    make_waiver(gate, asked_by=team.member)
    assert labels(team.technical_lead, asks="waiver") == ["Sign the waiver of “Scan”"]
    assert labels(team.member) == []


def test_stand_in_finds_the_signatures_of_the_absent(team: Team) -> None:
    make_deployment(team, submitted=True)
    assert labels(team.member) == []
    make_stand_in(team.service, team.security, team.member)
    assert labels(team.member) == ["Sign as Security"]


def test_page_keeps_the_filter_and_says_what_was_said_lately(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.ABSTAIN)
    client = signed_in(team.security)
    body = client.get("/decisions/").content.decode()
    assert "Nothing waits for your word" in body
    assert "Abstain as Security" in body
    change_content(team, deployment)
    body = client.get(f"/decisions/?{urlencode({'asks': 'decision'})}").content.decode()
    assert "Nothing fits this filter" in body


def test_queries_do_not_grow_with_what_waits(team: Team) -> None:
    grant(team.service, Grant.OPS_LEAD, team.security, actor=None)
    client = signed_in(team.security)
    make_deployment(team, t0_in=timedelta(hours=3), submitted=True)
    with CaptureQueriesContext(connection) as one:
        client.get("/decisions/")
    for hours in range(29):
        make_deployment(team, t0_in=timedelta(hours=4 + 3 * hours), submitted=True)
    with CaptureQueriesContext(connection) as thirty:
        page = client.get("/decisions/")
    assert "Page 1 of 2" in page.content.decode()
    assert len(thirty) == len(one)
    assert Deployment.objects.count() == 30
