"""My decisions: what waits for one person over all services, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.enums import Choice, Verdict
from approvals.models import PollPlan, Round
from checklists.enums import ItemState
from checklists.policies import asked_as
from checklists.services import agree, leave_out
from dashboard import decisions_views
from dashboard.decisions import inbox_of
from dashboard.lately import lately_of
from deployments import clock
from deployments.enums import Grant
from deployments.models import Deployment, ServiceGroupObjectPermission
from deployments.services import grant, grant_role
from tests.approvals.makers import change_content, decide, make_ready, make_waiver, sign
from tests.builders import (
    Team,
    make_deployment,
    make_role,
    make_stand_in,
    make_team,
    signed_in,
)

pytestmark = pytest.mark.django_db


def labels(person, **filters: Any) -> list[str]:
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


def test_poll_is_answered_until_its_round_closes(team: Team) -> None:
    deployment = make_deployment(team, t0_in=timedelta(hours=1), submitted=True)
    closes_at = Round.objects.get(deployment=deployment).closes_at
    rows = inbox_of(team.security, asks="answer").rows
    assert [row.due for row in rows] == [closes_at]
    assert closes_at != deployment.t0


def test_ready_one_waits_for_its_poll_and_without_one_for_the_decision(team: Team) -> None:
    deployment = make_deployment(team, items=(), roles=("security",), submitted=True)
    sign(team, deployment, "security")
    assert labels(team.ops_lead) == []
    PollPlan.objects.create(deployment=deployment, is_on=False)
    assert labels(team.ops_lead) == ["Decide go or no-go"]


def test_item_waits_for_every_second_person_but_not_for_whoever_asked(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    item = deployment.items.get(position=1)
    leave_out(deployment.pk, item.pk, ItemState.SKIPPED, actor=team.member, reason="Nothing to do")

    [row] = inbox_of(team.release_manager).rows
    assert row.label == "Agree or decline"
    assert row.note == "Member asks to leave out “Back up the database”."
    assert signed_in(team.release_manager).get(row.url).status_code == 200
    assert labels(team.member) == labels(team.stakeholder) == []

    item.refresh_from_db()
    agree(deployment.pk, item.pk, actor=team.release_manager, seen=asked_as(item))
    assert labels(team.release_manager) == []


def test_waiver_of_another_question_or_of_a_gate_taken_out_waits_for_nobody(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    gates = [
        deployment.gates.create(key=key, position=1, title=key, kind="reported", state="failed")
        for key in ("scan", "tests")
    ]
    for gate in gates:
        make_waiver(gate, asked_by=team.member)
    assert len(labels(team.technical_lead, asks="waiver")) == 2
    deployment.gates.filter(key="scan").update(condition="level < 3")
    deployment.gates.filter(key="tests").update(removed_at=clock.now())
    assert labels(team.technical_lead, asks="waiver") == []


def test_what_was_said_is_untold_to_whoever_lost_sight_of_it(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security")
    assert [row.said for row in lately_of(team.security, clock.now())] == [
        "You signed: Approve as Security"
    ]
    assert lately_of(team.security, clock.now() + timedelta(days=8)) == []
    seen = ServiceGroupObjectPermission.objects.filter(group__user=team.security)
    seen.delete()
    assert lately_of(team.security, clock.now()) == []


def test_home_counts_what_waits_and_leads_to_it(team: Team) -> None:
    make_deployment(team, submitted=True)
    assert "My decisions (1)" in signed_in(team.security).get("/").content.decode()
    assert "My decisions</a>" in signed_in(team.stakeholder).get("/").content.decode()


def test_home_counts_at_least_what_it_shows(team: Team) -> None:
    make_deployment(team, submitted=True)
    for _ in range(25):
        make_deployment(team, roles=(), steps=(), t0_in=None)
    assert "My decisions (1 or more)" in signed_in(team.security).get("/").content.decode()


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
    assert inbox_of(team.member).rows[0].note == "You stand in for Security."
    make_deployment(team, t0_in=timedelta(hours=1), submitted=True)
    assert labels(team.member, asks="answer") == ["Answer in the poll"]


def test_page_keeps_the_filter_and_leads_to_what_was_said_lately(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = make_deployment(team, submitted=True)
    client = signed_in(team.security)
    assert "signed and decided nothing" in client.get("/decisions/said/").content.decode()
    sign(team, deployment, "security", Choice.ABSTAIN)
    body = client.get("/decisions/").content.decode()
    assert "Nothing waits for your word" in body
    assert 'href="/decisions/said/"' in body
    said = client.get("/decisions/said/").content.decode()
    assert "Abstain as Security" in said
    assert "newest" not in said
    monkeypatch.setattr(decisions_views, "SHOWN", 1)
    assert "The newest 1 stand here" in client.get("/decisions/said/").content.decode()
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


def test_queries_do_not_grow_with_waivers_and_items_that_wait(team: Team) -> None:
    client = signed_in(team.technical_lead)
    grant(team.service, Grant.MEMBER, team.technical_lead, actor=None)

    def ask(hours: int) -> None:
        deployment = make_deployment(team, t0_in=timedelta(hours=hours), submitted=True)
        gate = deployment.gates.create(
            key="scan", position=1, title="Scan", kind="reported", state="failed"
        )
        make_waiver(gate, asked_by=team.member)
        item = deployment.items.get(position=1)
        leave_out(deployment.pk, item.pk, ItemState.SKIPPED, actor=team.member, reason="Not here")

    counts = []
    for deployments in (1, 9):
        for number in range(deployments):
            ask(3 + 3 * (number + Deployment.objects.count()))
        with CaptureQueriesContext(connection) as inbox, CaptureQueriesContext(connection) as home:
            client.get("/decisions/")
            client.get("/")
        counts.append((len(inbox), len(home)))
    assert len(inbox_of(team.technical_lead).rows) == 30
    assert counts[0] == counts[1]


@pytest.mark.parametrize("reader", ["stakeholder", "auditor"])
def test_no_deployment_is_judged_for_whoever_only_reads(team: Team, reader: str) -> None:
    make_ready(team)
    with CaptureQueriesContext(connection) as asked:
        assert inbox_of(team.people[reader]).rows == []
    # The deployments, their authors, and what the reader holds.
    assert len(asked) == 2
    assert len(inbox_of(team.ops_lead).rows) == 1
