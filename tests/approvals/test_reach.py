"""What the deployment and the submit page say of signatures that nobody can give in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.verdict import outlooks, readiness
from deployments.access.granting import revoke
from deployments.models import Deployment
from deployments.services import grant_role
from tests.approvals.makers import sign
from tests.builders import Team, make_deployment, make_person, make_role, make_stand_in, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said(deployment: Deployment) -> list[str]:
    deployment.refresh_from_db()
    return [one.clause for one in readiness(deployment).warnings if one.key.startswith("reach:")]


def test_absence_of_the_only_holder_is_said_ahead_of_time(team: Team) -> None:
    deployment = make_deployment(team, t0_in=6 * DAY, submitted=True)
    row = make_stand_in(team.service, team.security, None, starts_in=2 * DAY, lasts=4 * DAY)

    assert said(deployment) == [
        f"Security cannot be reached from {row.starts_at:%d %b %H:%M} to {row.ends_at:%d %b %H:%M} "
        "(UTC): Security is away and nobody stands in"
    ]
    page = signed_in(team.release_manager).get(f"/deployments/{deployment.pk}/").content.decode()
    assert "Security cannot be reached from" in page
    assert "Security cannot be reached from" in signed_in(team.release_manager).get("/").text
    assert "Security cannot be reached from" not in signed_in(team.operations).get("/").text


def test_nothing_is_said_when_somebody_stands_in_or_it_is_signed(team: Team) -> None:
    deployment = make_deployment(team, t0_in=9 * DAY, submitted=True)
    make_stand_in(team.service, team.security, team.member, starts_in=2 * DAY, lasts=DAY)
    assert said(deployment) == []
    make_stand_in(team.service, team.operations, None, starts_in=2 * DAY, lasts=DAY)
    assert len(said(deployment)) == 1
    sign(team, deployment, "operations")
    assert said(deployment) == []


def test_stand_in_who_may_not_sign_or_counts_already_does_not_help(team: Team) -> None:
    deployment = make_deployment(team, t0_in=9 * DAY, submitted=True)
    make_stand_in(team.service, team.security, team.product_owner, starts_in=DAY, lasts=DAY)
    assert said(deployment)[0].startswith("Product owner and Security need more people than")
    sign(team, deployment, "product_owner")
    [clause] = said(deployment)
    assert clause.startswith("Security cannot be reached from ")
    assert clause.endswith(": Security is away and too few others may sign")


def test_role_that_lost_its_holders_is_said_at_once(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)

    assert said(deployment) == ["nobody holds the role Security of this service"]


def test_person_who_would_be_needed_twice_is_said_at_once(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    grant_role(team.service, make_role("security"), team.operations, actor=None)
    revoke(team.service, make_role("security"), team.security, actor=None, aware=True)

    assert said(deployment) == [
        "Security and Operations ask for 2 signatures of different people, and only 1 person may "
        "sign"
    ]


def test_holder_who_signed_for_somebody_else_is_missing_under_their_own_role(team: Team) -> None:
    deployment = make_deployment(team, t0_in=9 * DAY, submitted=True)
    make_stand_in(team.service, team.security, team.operations)
    sign(team, deployment, "security", actor=team.operations, on_behalf_of=team.security)

    assert said(deployment) == [
        "Operations lacks a signature, and nobody else may sign it: one person counts once"
    ]


def test_submit_page_says_who_is_away_before_t0(team: Team) -> None:
    deployment = make_deployment(team, t0_in=9 * DAY)
    make_stand_in(team.service, team.security, None)

    page = signed_in(team.release_manager).get(f"/deployments/{deployment.pk}/submit/")

    assert "People who are away before T0" in page.content.decode()
    assert "Security cannot be reached until" in page.content.decode()


def test_many_deployments_ask_as_often_as_one(team: Team) -> None:
    for number in range(6):
        person = make_person(f"away{number}")
        grant_role(team.service, make_role("security"), person, actor=None)
        make_stand_in(team.service, person, team.member, starts_in=DAY)
    counts = []
    for number in (1, 8):
        for _ in range(number):
            make_deployment(team, t0_in=9 * DAY, submitted=True)
        every = list(Deployment.objects.with_names())
        with CaptureQueriesContext(connection) as asked:
            outlooks(every)
        counts.append(len(asked))
    assert counts[0] == counts[1]
