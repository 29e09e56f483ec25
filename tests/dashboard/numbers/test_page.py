"""The page of numbers: from what really happened, and only of services that one sees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals import services as approvals
from approvals.enums import Verdict
from approvals.models import Request
from approvals.parts import Rules
from checklists import services as checklists
from checklists.enums import ItemState
from dashboard.numbers.courses import courses_of
from deployments import clock, editing
from deployments.models import Deployment
from tests.approvals.makers import decide, make_ready
from tests.approvals.makers import sign as sign_as
from tests.builders import (
    Team,
    answer_poll,
    make_deployment,
    make_proof,
    make_role,
    make_team,
    signed_in,
)

pytestmark = pytest.mark.django_db


def make_started(team: Team) -> Deployment:
    deployment = make_ready(team)
    decide(team, deployment, Verdict.GO)
    approvals.start(deployment.pk, actor=team.ops_lead)
    deployment.refresh_from_db()
    return deployment


def test_course_is_read_from_history_and_requests(team: Team) -> None:
    deployment = make_started(team)
    submitted = deployment.events.get(verb="submitted").at
    rule = deployment.rules.select_related("role").earliest("position")
    brief = timedelta(microseconds=10)
    Request.objects.create(
        deployment=deployment,
        rule=rule,
        asked_at=submitted,
        due_at=submitted + timedelta(hours=1),
        settled_at=submitted + brief,
    )

    [found] = courses_of(team.member, clock.now() - timedelta(days=1))

    assert found.submitted_at == submitted
    assert found.started_at == deployment.started_at
    assert found.lead == found.spent.worked + found.spent.waited
    decided = deployment.events.get(verb="decided").at
    assert found.spent.its_time == found.started_at - decided
    assert found.spent.signatures == brief
    assert found.spent.by_role == {rule.role.title: brief}
    assert not found.is_failed


def test_signature_is_waited_for_whatever_is_ticked_meanwhile(team: Team) -> None:
    """Items and gates have states too, and one of theirs is called as one of the deployment's."""
    deployment = make_ready(team)
    item = deployment.items.earliest("position")
    for state in (ItemState.OPEN, ItemState.DONE):
        checklists.set_state(deployment.pk, item.pk, state, actor=team.member)
    submitted, until = deployment.events.get(verb="submitted").at, clock.now()
    Request.objects.create(
        deployment=deployment,
        rule=deployment.rules.earliest("position"),
        asked_at=submitted,
        due_at=until,
        settled_at=until,
    )
    decide(team, deployment, Verdict.GO)
    approvals.start(deployment.pk, actor=team.ops_lead)

    [found] = courses_of(team.member, clock.now() - timedelta(days=1))

    assert found.spent.signatures == until - submitted


def test_role_is_waited_for_until_its_rule_was_taken_out_or_given_to_another(team: Team) -> None:
    deployment = make_deployment(
        team, items=(), roles=("security", "business", "operations"), t0_in=timedelta(minutes=10),
        submitted=True,
    )  # fmt: skip
    asked = {one.after["role"]: one.at for one in approvals.tend_requests(deployment.pk)}
    rules = Rules()
    security, business, _ = rules.rows(deployment)
    editing.take_out(rules, deployment.pk, [security.pk], actor=team.release_manager)
    now = rules.plan_of(business)
    editing.change(
        rules, deployment.pk, business.pk, replace(now, role=make_role("product_owner")),
        actor=team.release_manager, shown=now.fingerprint,
    )  # fmt: skip
    again = {one.after["role"]: one.at for one in approvals.tend_requests(deployment.pk)}
    ended = {one.rule.key: one.settled_at for one in Request.objects.exclude(settled_at=None)}
    for role in ("product_owner", "operations"):
        sign_as(team, deployment, role)
    approvals.tend_requests(deployment.pk)
    answer_poll(deployment)
    decide(team, deployment, Verdict.GO)
    approvals.start(deployment.pk, actor=team.ops_lead)

    [found] = courses_of(team.member, clock.now() - timedelta(days=1))

    by_role = found.spent.by_role
    assert set(by_role) == {
        "Security", "Business stakeholder", "Product owner", "Operations"
    }  # fmt: skip
    assert by_role["Security"] == ended["security"] - asked["security"]
    assert by_role["Business stakeholder"] == ended["business"] - asked["business"]
    signed = Request.objects.get(rule=business.pk, asked_at=again["product_owner"]).settled_at
    assert by_role["Product owner"] == signed - again["product_owner"]


def test_stopped_one_failed_and_the_next_completed_there_restores(team: Team) -> None:
    deployment = make_started(team)
    checklists.stop(
        deployment.pk, actor=team.ops_lead, proof=make_proof(), note="Half of the nodes are new"
    )
    [failed] = courses_of(team.member, clock.now() - timedelta(days=1))
    assert (failed.is_failed, failed.restored_at) == (True, None)

    after, now = make_deployment(team), clock.now()
    Deployment.objects.filter(pk=after.pk).update(
        state="watching", started_at=now, completed_at=now
    )

    found = courses_of(team.member, clock.now() - timedelta(days=1))
    after.refresh_from_db()
    assert [one.is_failed for one in found] == [False, True]
    assert found[1].restored_at == after.completed_at


def test_page_shows_the_table_definitions_and_charts(team: Team) -> None:
    make_started(team)

    page = signed_in(team.member).get("/numbers/")

    said = page.content.decode()
    assert "Storage layer, " in said
    assert "0 of 1" in said
    assert "DORA: the share of started deployments" in said
    charts = [json.loads(one.data) for one in page.context["charts"]]
    assert [list(one["lines"]) for one in charts] == [
        ["Lead time"],
        ["Worked", "Waited"],
        ["Failed"],
        ["Restored"],
        ["Start", "Length"],
    ]
    assert charts[2]["lines"]["Failed"] == [None] * 11 + [0]
    assert len(charts[0]["months"]) == 12
    assert charts[3]["lines"]["Restored"] == [None] * 12
    # It began ten minutes before its T0, or a little less.
    assert -0.17 <= charts[4]["lines"]["Start"][-1] < 0


def test_month_says_for_which_role_how_long(team: Team) -> None:
    """Of two deployments one waited for Security; the mean is over both."""
    waited, brief = make_started(team), timedelta(microseconds=10)
    submitted = waited.events.get(verb="submitted").at
    Request.objects.create(
        deployment=waited,
        rule=waited.rules.get(role__key="security"),
        asked_at=submitted,
        due_at=submitted + timedelta(hours=1),
        settled_at=submitted + brief,
    )
    Deployment.objects.filter(pk=waited.pk).update(state="closed")
    make_started(team)

    page = signed_in(team.member).get("/numbers/")

    [row] = page.context["rows"]
    assert row.by_role == [("Security", brief / 2)]
    said = "for signatures less than a minute: Security less than a minute</li>"
    assert said in page.content.decode()


def test_service_that_no_database_could_keep_shows_nothing(team: Team) -> None:
    page = signed_in(team.member).get("/numbers/?service=%00")
    assert page.status_code == 200
    assert "No deployment has started here" in page.content.decode()


def test_numbers_are_of_services_that_one_sees(team: Team) -> None:
    make_started(team)
    other = make_team("search", prefix="other_")

    assert "Storage layer" not in signed_in(other.member).get("/numbers/").content.decode()
    chosen = signed_in(other.member).get("/numbers/?service=storage-layer").content.decode()
    assert "No deployment has started here" in chosen


def test_page_asks_as_many_questions_for_four_as_for_one(team: Team) -> None:
    client = signed_in(team.member)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/numbers/")
        return len(found)

    first = make_started(team)
    few = asked()
    for _ in range(3):
        Deployment.objects.filter(state="in_progress").update(state="closed")
        make_started(team)
    assert asked() == few
    assert first.pk
