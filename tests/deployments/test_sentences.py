"""Each event as a sentence, also of those that keep more than a word as their state."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from deployments import history
from deployments.models import Deployment, Event
from deployments.panels import history_panel
from deployments.sentences import LONGEST, moved, said
from tests.builders import Team, make_deployment, signed_in

RUNS = "gate runs requested"


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("draft", "in_review", " (Draft → In review)"),
        ({"tests": "passed"}, {"tests": "sampling"}, " (passed → sampling)"),
        (
            {"tests": "stale", "load": "pending"},
            {"tests": "sampling", "load": "settling"},
            " (load pending → settling, tests stale → sampling)",
        ),
        ({"a": 1}, 2, ""),
        ({}, {}, ""),
        ("", "open", ""),
    ],
)
def test_what_moved_is_said(before: object, after: object, what: str) -> None:
    event = Event(
        verb="noted", object_kind="chain", before={"state": before}, after={"state": after}
    )
    assert moved(event) == what
    assert said(event) == f"noted{what}"


def test_request_to_run_very_many_gates_stays_a_line() -> None:
    many = {f"gate-{number}": "pending" for number in range(100)}
    event = Event(verb=RUNS, before={"state": many}, after={"state": many})
    assert len(moved(event)) == LONGEST + len(" ()")


@pytest.mark.django_db
def test_request_to_run_gates_is_said_in_words_on_the_tab_of_the_history(team: Team) -> None:
    deployment = make_deployment(team)
    with transaction.atomic():
        history.record(
            Deployment.objects.lock(deployment.pk),
            RUNS,
            actor=team.member,
            before={"state": {"tests": "stale", "load": "pending"}},
            after={"state": {"tests": "sampling", "load": "sampling"}},
        )

    page = signed_in(team.member).get(f"/deployments/{deployment.pk}/history/").content.decode()

    assert f"{RUNS} (load pending → sampling, tests stale → sampling)" in page


@pytest.mark.django_db
def test_whom_somebody_acted_for_is_named_on_the_tab_of_the_history(
    team: Team,
) -> None:
    deployment = make_deployment(team)
    queries = []
    for actor, absent in ((team.member, team.security), (team.ops_lead, team.operations)):
        with transaction.atomic():
            history.record(
                Deployment.objects.lock(deployment.pk), "noted", actor=actor, on_behalf_of=absent
            )
        with CaptureQueriesContext(connection) as asked:
            page = str(render_to_string(
                "deployments/_history.html",
                {"deployment": deployment, **history_panel(Deployment.objects.get())},
            ))  # fmt: skip
        assert f"<strong>{actor} for {absent}</strong> noted" in page
        queries.append(len(asked))
    assert queries[0] == queries[1]
