"""A summary says how long roles were waited for, and what was learned, to those who work on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Request
from communications.enums import Kind
from communications.services import message_of_line
from communications.writing import letters, reading
from communications.writing.letters import Letter
from communications.writing.reading import Reader
from deployments import clock
from deployments.models import Deployment
from monitoring.enums import Result
from monitoring.models import Closing
from tests.builders import Team, find_team
from tests.communications.reports import make_report

HOUR = timedelta(hours=1)


@pytest.fixture
def team(committed: dict[str, str]) -> Team:
    """In a database where commits are real, since only its owner can move the clock."""
    return find_team()


def letter(deployment: Deployment, *, is_technical: bool) -> Letter:
    plan = deployment.message_plan.filter(kind=Kind.SUMMARY)[0]
    facts = reading.gather(message_of_line(plan, deployment), deployment)
    return letters.compose(facts, Reader("Europe/Vienna", is_technical=is_technical))


def waited(deployment: Deployment, role: str, hours: int, *, is_over: bool) -> None:
    now = clock.now()
    Request.objects.create(
        deployment=deployment, rule=deployment.rules.get(role__key=role),
        asked_at=now - hours * HOUR, due_at=now, settled_at=now if is_over else None,
    )  # fmt: skip


def test_waits_by_role_and_lessons_are_for_those_who_work_on_it(team: Team) -> None:
    deployment = make_report(team)
    waited(deployment, "security", 5, is_over=True)
    waited(deployment, "operations", 2, is_over=False)
    Closing.objects.create(
        deployment=deployment, result=Result.PARTLY, lessons="Fill the cache first",
        closed_by=team.ops_lead, closed_at=clock.now(),
    )  # fmt: skip
    technical, plain = (letter(deployment, is_technical=one) for one in (True, False))
    said = technical.text
    assert "Waited for signatures\n\n  Security    5 h\n  Operations  2 h, still waiting\n" in said
    assert "Result\n\n  Succeeded in part\n  What was learned: Fill the cache first\n" in said
    for told in ("Waited for signatures", "Security", "Fill the cache first", "Succeeded in part"):
        assert told in technical.html
    for words in (plain.text, plain.html):
        assert "Succeeded in part" in words
        for inside in ("Waited for", "Security", "Fill the cache first"):
            assert inside not in words
