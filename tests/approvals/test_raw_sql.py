"""X3 below the services: what the database itself refuses, to the application and to the owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from approvals import services
from approvals.enums import Verdict
from approvals.models import Decision, Request, Standing, Vote
from approvals.signoff import standings
from deployments.enums import Grant
from deployments.models import Deployment
from deployments.services import grant, grant_role
from tests.approvals.makers import change_content, decide, make_ready, sign
from tests.approvals.test_races import VOTE
from tests.builders import Team, make_deployment, make_role, make_team

DECISION = """
INSERT INTO approvals_decision (deployment_id, verdict, reason, decided_by_name, at, content_hash,
    schedule_hash, latest_start, overridden, dossier, replaces_id)
SELECT deployment_id, %(verdict)s, %(reason)s, decided_by_name, at, %(content)s, schedule_hash,
    NULL, '{}', '{}', %(replaces)s
FROM approvals_decision ORDER BY id LIMIT 1
"""
REQUEST = """
INSERT INTO approvals_request (deployment_id, rule_id, asked_at, due_at, told)
SELECT deployment_id, rule_id, now(), now(), 0 FROM approvals_request LIMIT 1
"""


@pytest.fixture(params=["default", "owner"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refused(role: str, sql: str, why: str, given: dict[str, Any] | None = None) -> None:
    with pytest.raises(DatabaseError, match=why), connections[role].cursor() as cursor:
        cursor.execute(sql, given)


@pytest.mark.parametrize("change", ["UPDATE {} SET reason = 'other'", "DELETE FROM {}",
                                    "TRUNCATE {} CASCADE"])  # fmt: skip
@pytest.mark.parametrize("table", ["approvals_vote", "approvals_decision"])
def test_what_was_said_is_never_changed(
    committed: dict[str, str], role: str, table: str, change: str
) -> None:
    team = make_team()
    decide(team, make_ready(team), Verdict.GO)
    refused(role, change.format(table), "append-only|permission denied")
    reasons = {*Vote.objects.values_list("reason", flat=True),
               *Decision.objects.values_list("reason", flat=True)}  # fmt: skip
    assert reasons == {"", "all agreed"}


def test_last_editor_casts_no_vote(committed: dict[str, str], role: str) -> None:
    team = make_team()
    grant(team.service, Grant.RELEASE_MANAGER, team.technical_lead, actor=None)
    deployment = make_deployment(team, submitted=True)
    change_content(team, deployment)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO deployments_contentversion (deployment_id, number, hash, content,"
            " author_id, created_at) SELECT deployment_id, 99, hash, content, %s, now()"
            " FROM deployments_contentversion ORDER BY number DESC LIMIT 1 RETURNING id",
            [team.technical_lead.pk],
        )
        Deployment.objects.filter(pk=deployment.pk).update(content_version=cursor.fetchone()[0])
    deployment.refresh_from_db()
    fields = {"deployment": deployment.pk, "hash": deployment.content_hash}

    refused(role, VOTE, "nobody signs what they", {**fields, "person": team.technical_lead.pk})

    assert Vote.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"reason": ""}, "decision_has_reason"),
        ({"verdict": "go"}, "go_has_latest_start"),
        ({"content": ""}, "decision_names_its_content"),
        ({"replaces": "first"}, "replaces_id"),
    ],
)
def test_decision_that_is_none_is_refused(
    committed: dict[str, str], role: str, fields: dict[str, str], constraint: str
) -> None:
    team = make_team()
    deployment = make_ready(team)
    first = decide(team, deployment, Verdict.GO)
    decide(team, deployment, Verdict.HOLD)
    named: dict[str, Any] = {
        "verdict": "hold",
        "reason": "so",
        "content": "x",
        "replaces": None,
        **fields,
    }
    named["replaces"] = first.pk if named["replaces"] else None

    with pytest.raises(IntegrityError, match=constraint), connections[role].cursor() as cursor:
        cursor.execute(DECISION, named)


def test_rule_is_not_asked_for_twice_at_a_time(committed: dict[str, str], role: str) -> None:
    deployment = make_deployment(make_team(), roles=("security",), submitted=True)
    services.tend_requests(deployment.pk)
    refused(role, REQUEST, "one_open_request_per_rule")
    assert Request.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("with_standing", [False, True])
def test_second_vote_of_a_person_counts_nowhere(team: Team, *, with_standing: bool) -> None:
    """The table of standings says whose word counts, and it has one place for each person."""
    grant_role(team.service, make_role("security"), team.technical_lead, actor=None)
    deployment = make_deployment(team, roles=("security", "technical_lead"), submitted=True)
    sign(team, deployment, "technical_lead")
    deployment.refresh_from_db()
    fields: dict[str, Any] = {"person": team.technical_lead.pk, "deployment": deployment.pk,
              "hash": deployment.content_hash}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(VOTE.replace("LIMIT 1", "ORDER BY r.position LIMIT 1"), fields)
    second = Vote.objects.latest("pk")
    assert second.rule.role.key == "security"
    if with_standing:
        refuse_standing(lambda: Standing.objects.create(
            deployment=deployment, content_hash=second.content_hash, person=second.person,
            vote=second,
        ))  # fmt: skip

    held = {one.rule.role.key: one.holds for one in standings(deployment)}
    assert held == {"security": False, "technical_lead": True}


def refuse_standing(insert: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="a_person_counts_once"), transaction.atomic():
        insert()
