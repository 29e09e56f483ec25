"""What the database refuses of words for somebody else, and when it takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from accounts.models import User
from approvals import services
from approvals.enums import Choice
from approvals.models import Standing, Vote
from approvals.shown import Shown
from approvals.signoff import standings
from audit.verification import verify
from deployments.access.absences import end_stand_in
from deployments.models import Deployment
from deployments.policies import rights_of
from tests.approvals.makers import (
    for_security,
    make_stood_in,
)
from tests.builders import (
    Team,
    make_deployment,
    make_proof,
    make_stand_in,
    make_team,
)
from tests.threads import at_once


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_stood_in(team)


VOTE = """
INSERT INTO approvals_vote (deployment_id, rule_id, person_id, person_name, on_behalf_of_id,
    on_behalf_of_name, role_title, choice, statement, reason, content_version_id, content_hash,
    schedule_hash, grounds, at, authenticated_by, authenticated_at, address)
SELECT d.id, r.id, %(person)s, 'x', %(absent)s, %(name)s, 'x', 'approve', 'x', '',
    d.content_version_id, v.hash, d.schedule_hash, 'x', now(), 'x', now(), ''
FROM deployments_deployment d JOIN approvals_rule r ON r.deployment_id = d.id
    JOIN deployments_contentversion v ON v.id = d.content_version_id
WHERE d.id = %(deployment)s LIMIT 1
"""


def insert(deployment: Deployment, person: User, absent: User, name: str = "x") -> None:
    fields: dict[str, Any] = {
        "deployment": deployment.pk, "person": person.pk, "absent": absent.pk, "name": name,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(VOTE, fields)


@pytest.mark.django_db
def test_raw_vote_of_a_stand_in_is_taken_only_when_it_is_legal(
    team: Team, deployment: Deployment
) -> None:
    insert(deployment, team.member, team.security)
    assert Vote.objects.get().voice == "x for x"


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["absent is barred", "no stand-in", "ended", "same", "unnamed"])
def test_raw_vote_of_a_stand_in_is_refused(why: str, team: Team, deployment: Deployment) -> None:
    person, absent, name = team.member, team.security, "x"
    match why:
        case "absent is barred":
            deployment.authors.add(absent)
        case "no stand-in":
            absent = team.operations
        case "ended":
            end_stand_in(team.service.stand_ins.get(), actor=team.security)
        case "same":
            absent = person
        case "unnamed":
            name = ""

    with pytest.raises(IntegrityError):
        insert(deployment, person, absent, name)


@pytest.mark.django_db
def test_standing_of_somebody_else_by_a_stand_ins_vote_is_refused(
    team: Team, deployment: Deployment
) -> None:
    vote = for_security(team, deployment)

    with pytest.raises(IntegrityError), transaction.atomic():
        Standing.objects.create(
            deployment=deployment,
            content_hash=vote.content_hash,
            person=team.operations,
            vote=vote,
        )


def test_one_word_counts_when_both_sign_at_once(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    make_stand_in(team.service, team.security, team.member)
    rule = deployment.rules.get(role__key="security")

    def act(person: User, absent: User | None) -> Any:
        return lambda: services.sign(
            deployment.pk, rule.pk, Choice.APPROVE, actor=person, proof=make_proof(),
            shown=Shown.of(deployment), on_behalf_of=absent,
        )  # fmt: skip

    at_once(act(team.member, team.security), act(team.security, None))

    [security] = [one for one in standings(deployment) if one.rule.pk == rule.pk]
    [vote] = security.approvals
    assert vote.person == team.security
    assert [(one.person, one.vote) for one in Standing.objects.all()] == [(vote.person, vote)]
    assert verify().faults == []


def test_stand_in_begins_and_ends_with_the_portals_clock(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, t0_in=timedelta(days=9), submitted=True)
    make_stand_in(
        team.service, team.security, team.member, starts_in=timedelta(days=1),
        lasts=timedelta(days=2),
    )  # fmt: skip

    eligible = []
    for hours in (23, 25, 71, 73):
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                'UPDATE deployments_clock SET "offset" = make_interval(hours => %s)', [hours]
            )
        eligible.append(bool(rights_of(team.member, team.service).stands_for))
        if eligible[-1] is False:
            with pytest.raises(IntegrityError, match="do not stand in for"):
                insert(deployment, team.member, team.security)
    assert eligible == [False, True, True, False]
