"""The sign-off matrix and the obstacles beside it name people, reasons and times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.enums import Choice
from approvals.matrix import Row, matrix_of
from approvals.panels import readiness_panel
from approvals.verdict import outlook
from deployments.blockers import Waits
from deployments.models import Deployment, Membership
from deployments.services import grant_role
from tests.approvals.makers import change_content, sign
from tests.builders import (
    ROLES,
    Team,
    make_deployment,
    make_person,
    make_role,
    signed_in,
)

pytestmark = pytest.mark.django_db


def rows_of(deployment: Deployment) -> dict[str, Row]:
    fresh = Deployment.objects.with_names().get(pk=deployment.pk)
    return {row.standing.rule.role.key: row for row in matrix_of(fresh, outlook(fresh).rules)}


def waits_of(deployment: Deployment, key: str) -> Waits:
    fresh = Deployment.objects.with_names().get(pk=deployment.pk)
    shown = readiness_panel(fresh, outlook(fresh))["blockers"]
    return next(one.waits for one in shown if one.key.startswith(key))


def test_row_names_who_may_sign_and_who_may_not_with_the_reason(team: Team) -> None:
    for person in (team.release_manager, team.technical_lead, team.operations):
        grant_role(team.service, make_role("security"), person, actor=None)
    deployment = make_deployment(team, submitted=True)
    deployment.authors.add(team.technical_lead)
    sign(team, deployment, "operations")

    row = rows_of(deployment)["security"]

    assert row.able == [team.security]
    assert {(one.name, one.why) for one in row.barred} == {
        ("Release Manager", "requested the deployment"),
        ("Technical Lead", "is named as an author"),
        ("Operations", "counts as Operations"),
    }
    assert row.until == deployment.t0 - timedelta(hours=2)
    assert row.since == deployment.submitted_at


def test_objections_come_first(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "business", Choice.REJECT, reason="the fair is open")
    assert next(iter(rows_of(deployment))) == "business"


def test_changed_content_says_who_must_sign_again_since_the_change(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security")
    change_content(team, deployment)

    row = rows_of(deployment)["security"]
    assert [vote.person_name for vote in row.again] == ["Security"]
    deployment.refresh_from_db()
    assert row.since == deployment.content_version.created_at
    page = signed_in(team.stakeholder).get(f"/deployments/{deployment.pk}/sign-off/")
    assert "Must sign again" in page.content.decode()


def test_panel_carries_no_token_and_no_person(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    panels = {
        signed_in(person).get(f"/deployments/{deployment.pk}/panels/?panels=sign-off").content
        for person in (team.stakeholder, team.auditor)
    }
    (fragment,) = panels if len(panels) == 1 else (b"",)
    assert b"May sign:" in fragment
    assert b"csrf" not in fragment


def test_objection_of_a_leaver_leads_to_its_lifting(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    vote = sign(team, deployment, "security", Choice.REJECT, reason="no")
    client, address = signed_in(team.member), f"/deployments/{deployment.pk}/sign-off/"
    link = f"/deployments/{deployment.pk}/votes/{vote.pk}/lift/"
    assert link not in client.get(address).content.decode()

    Membership.objects.get(role__key="security").group.user_set.remove(team.security)

    assert link in client.get(address).content.decode()
    other = make_person("second_security")
    grant_role(team.service, make_role("security"), other, actor=None)
    waits = waits_of(deployment, "objection:")
    assert (waits.verb, waits.people) == ("May lift it", ["Second Security"])


def test_blocker_names_who_may_sign_until_when_and_what_happens(team: Team) -> None:
    deployment = make_deployment(team, roles=("security",), submitted=True)
    assert deployment.t0 is not None
    assert waits_of(deployment, "signature:") == Waits(
        "May sign",
        ["Security"],
        deployment.t0 - timedelta(hours=2),
        "Without it there is no GO, and at T0 it is a HOLD by itself.",
    )  # fmt: skip


def test_blocker_of_an_objection_names_its_author(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign(team, deployment, "security", Choice.REJECT, reason="no")
    waits = waits_of(deployment, "objection:")
    assert (waits.verb, waits.people) == ("May take it back", ["Security"])


def test_matrix_costs_the_same_for_many_rules_and_people(team: Team) -> None:
    few = make_deployment(team, roles=("security",), submitted=True)
    many = make_deployment(team, roles=tuple(ROLES), submitted=True)

    def cost(deployment: Deployment) -> int:
        fresh = Deployment.objects.with_names().get(pk=deployment.pk)
        rules = outlook(fresh).rules
        with CaptureQueriesContext(connection) as asked:
            matrix_of(fresh, rules)
        return len(asked)

    before = cost(few)
    for number in range(20):
        grant_role(team.service, make_role("security"), make_person(f"p{number}"), actor=None)
    sign(team, many, "security")
    assert (before, cost(many)) == (2, 2)
