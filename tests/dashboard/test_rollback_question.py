"""Whether to roll back waits for those who decide on it, before all else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard import home as pages
from dashboard.decisions import inbox_of
from dashboard.home import home_of
from deployments.models import Deployment
from monitoring import services
from monitoring.definitions import TriggerDefinition
from monitoring.models import Watch
from tests.builders import Team, find_team, make_deployment, make_role, make_stand_in, signed_in
from tests.monitoring.makers import AUTOMATIC, TRIGGER, make_watch, push

LABEL = "Say whether to roll back"


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def asked(team: Team, trigger: TriggerDefinition = TRIGGER) -> Watch:
    watch = make_watch(team, alerts=(), triggers=(trigger,))
    push(watch, *[50] * 3)
    return watch


def waiting(team: Team, person: str) -> list[str]:
    return [row.label for row in inbox_of(team.people[person]).rows]


def of_home(team: Team, person: str) -> list[tuple[Deployment, str]]:
    mine = home_of(team.people[person], UTC).mine
    return [(one.deployment, one.act.label) for one in mine if one.act]


def test_question_waits_for_ops_leads_until_somebody_answered(team: Team) -> None:
    watch = asked(team)
    question = watch.deployment.questions.get()
    [row] = inbox_of(team.ops_lead).rows
    assert (row.label, row.since, row.due) == (LABEL, question.asked_at, question.answer_by)
    assert row.note.startswith("Hit rate breaks down")
    assert signed_in(team.ops_lead).get(row.url).status_code == 200
    assert of_home(team, "ops_lead") == [(watch.deployment, LABEL)]
    for address in ("/", "/decisions/", watch.deployment.get_absolute_url()):
        assert LABEL in signed_in(team.ops_lead).get(address).content.decode()
        assert LABEL not in signed_in(team.security).get(address).content.decode()

    services.stay(watch.deployment_id, actor=team.ops_lead, reason="A cold cache")

    assert waiting(team, "ops_lead") == []
    assert LABEL not in signed_in(team.ops_lead).get("/").content.decode()


def test_question_waits_for_whom_the_plan_names_and_for_who_stands_in(team: Team) -> None:
    asked(team, replace(AUTOMATIC, decided_by=make_role("product_owner")))
    assert waiting(team, "product_owner") == [LABEL]
    assert waiting(team, "ops_lead") == waiting(team, "security") == []
    make_stand_in(team.service, team.product_owner, team.security)
    assert waiting(team, "security") == [LABEL]


def test_question_stands_before_what_is_due_sooner_and_is_never_cut(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_deployment(team, t0_in=timedelta(minutes=5), submitted=True)
    watch = asked(team, replace(TRIGGER, countdown_seconds=86400))
    assert waiting(team, "ops_lead") == [LABEL, "Decide go or no-go"]
    monkeypatch.setattr(pages, "SHOWN", 1)
    assert of_home(team, "ops_lead") == [(watch.deployment, LABEL)]


def test_queries_do_not_grow_with_questions(team: Team) -> None:
    client, counts = signed_in(team.ops_lead), []
    for more in (1, 3):
        for _ in range(more):
            watch = make_watch(team, alerts=(), metrics={})
            assert watch.opened_at and watch.ends_at
            watch.deployment.questions.create(
                because=["Slow"], asked_at=watch.opened_at, answer_by=watch.ends_at
            )
        with CaptureQueriesContext(connection) as inbox, CaptureQueriesContext(connection) as home:
            client.get("/decisions/")
            client.get("/")
        counts.append((len(inbox), len(home)))
    assert len(inbox_of(team.ops_lead).rows) == 4
    assert counts[0] == counts[1]
