"""R4 and X3: what two people do at once has one legal outcome, and raw SQL does no better."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Kind
from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision, Standing, Vote
from approvals.shown import Shown
from audit.verification import verify
from checklists import services as checklists
from checklists.enums import ItemState
from deployments.enums import Grant, State
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.services import grant, grant_role
from tests.builders import (
    ROLES,
    Team,
    answer_poll,
    make_deployment,
    make_person,
    make_proof,
    make_role,
    make_team,
)
from tests.threads import at_once


def sign_all(team: Team, deployment: Deployment) -> None:
    for rule in deployment.rules.select_related("role"):
        services.sign(
            deployment.pk,
            rule.pk,
            Choice.APPROVE,
            actor=team.people[rule.role.key],
            proof=make_proof(),
            shown=Shown.of(deployment),
        )


def make_ready(team: Team, t0_in: timedelta = timedelta(minutes=10)) -> Deployment:
    deployment = make_deployment(team, t0_in=t0_in, submitted=True)
    for item in deployment.items.filter(phase="before"):
        checklists.set_state(deployment.pk, item.pk, ItemState.DONE, actor=team.member)
    sign_all(team, deployment)
    answer_poll(deployment)
    return deployment


def test_one_person_counts_once_when_they_sign_twice_at_once(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    grant_role(team.service, make_role("security"), team.technical_lead, actor=None)
    rules = {rule.role.key: rule.pk for rule in deployment.rules.select_related("role")}

    def sign(role: str):
        return lambda: services.sign(
            deployment.pk, rules[role], Choice.APPROVE, actor=team.technical_lead,
            proof=make_proof(), shown=Shown.of(deployment),
        )  # fmt: skip

    answers = at_once(sign("technical_lead"), sign("security"))

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 1
    assert "one person counts once" in refused[0].sentence
    assert Standing.objects.filter(person=team.technical_lead).count() == 1
    assert verify().faults == []


def test_every_legal_vote_counts_when_forty_people_sign_at_once(committed: dict[str, str]) -> None:
    team = make_team()
    people = [make_person(f"signer{number}") for number in range(40)]
    for person in people:
        grant_role(team.service, make_role("product_owner"), person, actor=None)
    deployment = make_deployment(team, roles=("product_owner",), submitted=True)
    rule = deployment.rules.get()

    answers = at_once(
        *(
            lambda person=person: services.sign(
                deployment.pk, rule.pk, Choice.APPROVE, actor=person, proof=make_proof(),
                shown=Shown.of(deployment),
            )
            for person in people
        )
    )  # fmt: skip

    assert [answer for answer in answers if not isinstance(answer, Vote)] == []
    assert Vote.objects.count() == len(people)
    assert Standing.objects.count() == len(people)
    assert verify().faults == []


def test_one_decision_stands_when_two_ops_leads_decide_at_once(committed: dict[str, str]) -> None:
    team = make_team()
    second = make_person("second_ops_lead")
    grant(team.service, Grant.OPS_LEAD, second, actor=None)
    deployment = make_ready(team)

    def decide(person, verdict: Verdict):
        return lambda: services.decide(
            deployment.pk,
            verdict,
            actor=person,
            proof=make_proof(),
            reason="in the call",
            shown=Shown.of(deployment),
        )

    answers = at_once(decide(team.ops_lead, Verdict.NO_GO), decide(second, Verdict.GO))

    deployment.refresh_from_db()
    standing = Decision.objects.get(replaced_by=None)
    decided = [answer for answer in answers if isinstance(answer, Decision)]
    assert len(decided) == Decision.objects.count()
    assert (
        deployment.state
        == {Verdict.GO: State.GO, Verdict.NO_GO: State.NO_GO}[Verdict(standing.verdict)]
    )
    assert verify().faults == []


def test_one_starts_when_two_deployments_want_the_same_place_at_once(
    committed: dict[str, str],
) -> None:
    team = make_team()
    both = [make_ready(team), make_ready(team)]
    for deployment in both:
        services.decide(
            deployment.pk, Verdict.GO, actor=team.ops_lead, proof=make_proof(), reason="go",
            shown=Shown.of(deployment),
            seen=[f"conflict:{other.pk}" for other in both],
        )  # fmt: skip

    answers = at_once(*(lambda pk=one.pk: services.start(pk, actor=team.ops_lead) for one in both))

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 1
    assert Deployment.objects.filter(state=State.IN_PROGRESS).count() == 1
    assert verify().faults == []


def test_a_start_that_is_pressed_twice_starts_once(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_ready(team)
    services.decide(
        deployment.pk, Verdict.GO, actor=team.ops_lead, proof=make_proof(), reason="go",
        shown=Shown.of(deployment),
    )  # fmt: skip

    answers = at_once(*[lambda: services.start(deployment.pk, actor=team.ops_lead)] * 2)

    assert [str(one) for one in answers if isinstance(one, Refused)] == [
        "This deployment is in progress and cannot become in progress from there."
    ]
    assert deployment.events.filter(verb="started").count() == 1


def test_second_tick_is_harmless_when_a_button_is_pressed_twice(committed: dict[str, str]) -> None:
    team = make_team()
    deployment = make_deployment(team)
    item = deployment.items.get(position=1)

    def tick():
        return checklists.set_state(
            deployment.pk, item.pk, ItemState.DONE, actor=team.member, seen="open"
        )

    at_once(tick, tick)

    assert deployment.events.filter(verb="item done").count() == 1


VOTE = """
INSERT INTO approvals_vote (deployment_id, rule_id, person_id, person_name, role_title, choice,
    statement, reason, content_version_id, content_hash, schedule_hash, grounds, at,
    authenticated_by, authenticated_at, address, on_behalf_of_name)
SELECT d.id, r.id, %(person)s, 'x', 'x', 'approve', 'x', '', d.content_version_id, %(hash)s,
    d.schedule_hash, 'x', now(), 'x', now(), '', ''
FROM deployments_deployment d JOIN approvals_rule r ON r.deployment_id = d.id
WHERE d.id = %(deployment)s LIMIT 1
"""


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["requester", "author", "machine", "other content"])
def test_vote_by_raw_sql_is_refused_when_it_breaks_a_rule(team: Team, who: str) -> None:
    deployment = make_deployment(team, submitted=True)
    person = {
        "requester": team.release_manager,
        "author": team.technical_lead,
        "machine": make_person("robot", kind=Kind.MACHINE),
        "other content": team.product_owner,
    }[who]
    if who == "author":
        deployment.authors.add(team.technical_lead)
    fields: dict[str, Any] = {
        "deployment": deployment.pk,
        "person": person.pk,
        "hash": "0" * 64 if who == "other content" else deployment.content_hash,
    }

    with (
        pytest.raises(IntegrityError, match=r"nobody signs|only a person votes|a vote names"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(VOTE, fields)


@pytest.mark.django_db
def test_second_standing_by_raw_sql_is_refused(team: Team) -> None:
    deployment = make_deployment(team, submitted=True)
    sign_all(team, deployment)
    standing = Standing.objects.get(person=team.product_owner)
    other = Vote.objects.get(person=team.security)

    with pytest.raises(IntegrityError), transaction.atomic():
        Standing.objects.create(
            deployment=deployment,
            content_hash=standing.content_hash,
            person=team.product_owner,
            vote=other,
        )
    assert set(ROLES) == {vote.rule.role.key for vote in Vote.objects.select_related("rule__role")}


@pytest.mark.parametrize("table", ["deployments_deployment", "deployments_contentversion"])
def test_temporary_table_cannot_stand_in_for_ours(committed: dict[str, str], table: str) -> None:
    """The guards look at the portal's own tables, whatever the session put before them."""
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    with psycopg.connect(committed["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"GRANT TEMPORARY ON DATABASE {owner.info.dbname} TO portal_app")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM public.{table}")
        column = "requester_id" if table == "deployments_deployment" else "author_id"
        cursor.execute(f"UPDATE pg_temp.{table} SET {column} = %s", [team.security.pk])
    fields: dict[str, Any] = {
        "deployment": deployment.pk,
        "person": team.release_manager.pk,
        "hash": deployment.content_hash,
    }

    with (
        pytest.raises(IntegrityError, match=r"nobody signs|only a person votes|a vote names"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(VOTE, fields)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp." + table)


@pytest.mark.django_db
def test_requester_cannot_be_swapped_for_the_moment_of_a_vote(team: Team) -> None:
    deployment = make_deployment(team)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Deployment.objects.filter(pk=deployment.pk).update(requester=team.member)
