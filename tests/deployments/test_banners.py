"""What stands above every page, for whom, and at the price of no question more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deployments import clock, portal_hold, ticks
from deployments.banners import banners_of
from deployments.models import Tick
from tests.builders import Team, make_administrator, signed_in

MINUTE = timedelta(minutes=1)


def titles(person: User) -> list[str]:
    """As the person of a session is read."""
    client = signed_in(person)
    request = client.get("/").wsgi_request
    return [banner.title for banner in banners_of(get_user(request))]


def hold(reason: str = "A backup was restored.") -> None:
    portal_hold.hold(reason, None, restored=False, using="default")


def note(*, seen: timedelta = timedelta(0), waiting: timedelta | None = None) -> None:
    now = clock.now()
    since = now - waiting if waiting is not None else None
    Tick.objects.update_or_create(
        name=ticks.MAIL, defaults={"at": now - seen, "waiting_since": since}
    )


@pytest.mark.parametrize("name", ["release_manager", "ops_lead"])
def test_mail_is_late_for_whoever_counts_on_it(name: str, team: Team) -> None:
    note(waiting=2 * MINUTE)
    assert titles(team.people[name]) == ["Mail is late"]


def test_mail_is_late_for_administrators_who_hold_nothing(team: Team) -> None:
    note(waiting=2 * MINUTE)
    assert titles(make_administrator()) == ["Mail is late"]


@pytest.mark.parametrize("name", ["member", "stakeholder", "security", "outsider"])
def test_nobody_else_is_told_that_mail_is_late(name: str, team: Team) -> None:
    note(waiting=2 * MINUTE)
    assert titles(team.people[name]) == []


def test_mail_is_late_when_no_worker_looks_for_it(team: Team) -> None:
    note(seen=2 * MINUTE)
    assert titles(team.ops_lead) == ["Mail is late"]


def test_mail_is_not_late_within_a_minute(team: Team) -> None:
    note(seen=timedelta(seconds=20), waiting=timedelta(seconds=50))
    assert titles(team.ops_lead) == []


def test_mail_is_not_late_where_no_sweep_has_ever_come(team: Team) -> None:
    assert titles(team.ops_lead) == []


@pytest.mark.parametrize("name", ["member", "ops_lead", "outsider"])
def test_held_portal_is_said_to_everybody_and_hides_that_mail_is_late(
    name: str, team: Team
) -> None:
    note(waiting=2 * MINUTE)
    hold()
    assert titles(team.people[name]) == ["The portal is held"]


def test_page_says_what_to_do(team: Team) -> None:
    hold()
    told = signed_in(team.member).get("/").content.decode()
    assert "Until an administrator releases it, tell people yourself." in told
    told = signed_in(make_administrator()).get("/").content.decode()
    assert '<a href="/operations/">Look at what waits, then release the portal</a>.' in told


def test_banner_costs_no_question_more(team: Team) -> None:
    client = signed_in(team.ops_lead)
    client.get("/deployments/")
    with CaptureQueriesContext(connection) as without:
        client.get("/deployments/")
    note(waiting=2 * MINUTE)
    with CaptureQueriesContext(connection) as late:
        assert "Mail is late" in client.get("/deployments/").content.decode()
    hold()
    with CaptureQueriesContext(connection) as held:
        assert "The portal is held" in client.get("/deployments/").content.decode()
    assert len(without) == len(late) == len(held)
