"""Begin here: what an administrator still has to do, and nobody else is shown."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboard.begin import begin_of
from tests.builders import (
    Team,
    make_administrator,
    make_deployment,
    make_environment,
    make_machine,
    make_role,
    make_service,
    signed_in,
)

pytestmark = pytest.mark.django_db


def test_each_step_is_done_by_what_it_says(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    admin = make_administrator()
    make_machine()  # which is not one of "your people"
    assert [step.done for step in begin_of(admin)] == [False] * 7

    make_service()
    make_environment()
    make_role("security")

    with django_assert_num_queries(1):
        assert [step.done for step in begin_of(admin)] == [True] * 3 + [False] * 4
    page = signed_in(admin).get("/").content.decode()
    assert "Invite your people" in page
    assert "Import a checklist" not in page.partition("<main")[2], (
        "what comes first is not said twice"
    )


def test_it_goes_when_the_first_deployment_is_submitted(team: Team) -> None:
    admin = make_administrator()
    make_deployment(team)
    assert [step.done for step in begin_of(admin)] == [True] * 6 + [False]
    assert begin_of(team.release_manager) == []

    make_deployment(team, submitted=True)

    assert begin_of(admin) == []
    assert "Begin here" not in signed_in(admin).get("/").content.decode()
