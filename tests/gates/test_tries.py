"""Settings tried out before they are saved: one measurement, for whoever asked, soon forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from deployments import clock
from deployments.exceptions import Forbidden, Invalid
from deployments.models import Deployment
from gates import sweeps, tries
from gates.models import Gate, TryOut
from gates.runner import try_out
from tests.builders import signed_in
from tests.gates.makers import make_connection
from tests.servers import answering, serving


@pytest.fixture
def server():
    with serving(answering(503)) as server:
        make_connection(server)
        yield server


def told(**more: str) -> dict[str, str]:
    return {
        "kind_of_gate": "http", "url": "/health", "connection": "local", "status": "200",
        "requests": "1", "seconds": "5", **more,
    }  # fmt: skip


def test_what_is_typed_is_measured_once_and_nothing_is_saved(team, deployment, server):
    client = signed_in(team.release_manager)
    before = deployment.events.count()
    asked = client.post(reverse("gates:try_out", args=[deployment.pk]), told())
    page = client.get(asked["Location"]).content.decode()
    assert "A worker is asking" in page
    tried = TryOut.objects.get()
    try_out(tried.pk)
    try_out(tried.pk)
    page = client.get(asked["Location"]).content.decode()
    assert "Answered 503, needs 200" in page
    assert len(server.requests) == 1
    assert (Gate.objects.count(), deployment.events.count()) == (0, before)


def test_only_whoever_asked_sees_it(team, deployment, server):
    tried = tries.ask(
        deployment, "http", {"url": "/x", "connection": "local"}, "", actor=team.release_manager
    )
    where = reverse("gates:tried_out", args=[deployment.pk, tried.pk])
    assert signed_in(team.ops_lead).get(where).status_code == 404
    assert signed_in(team.release_manager).get(where).status_code == 200


def test_members_try_nothing(team, deployment, server):
    with pytest.raises(Forbidden):
        tries.ask(deployment, "http", {"url": "https://example.org"}, "", actor=team.member)


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("reported", {}, "There is nothing to try out: its result is reported or uploaded."),
        ("junit", {}, "There is nothing to try out: its result is reported or uploaded."),
        ("http", {}, "An HTTP gate needs “Address” (url)."),
        ("prometheus", {"url": "https://a.example", "query": "up"}, "A Prometheus gate needs"),
    ],
)
def test_what_cannot_be_measured_is_not_tried(team, deployment, kind, settings, sentence):
    with pytest.raises(Invalid) as caught:
        tries.ask(deployment, kind, settings, "", actor=team.release_manager)
    assert caught.value.sentence.startswith(sentence)


def test_form_says_what_is_wrong_and_asks_nobody(team, deployment):
    response = signed_in(team.release_manager).post(
        reverse("gates:try_out", args=[deployment.pk]), told(url="ftp://a/", connection="")
    )
    assert response.status_code == 422
    assert "is not a web address that starts with http" in response.content.decode()
    assert TryOut.objects.count() == 0


def found_with(team, deployment: Deployment, settings: dict[str, str]) -> dict[str, Any]:
    tried = tries.ask(deployment, "http", settings, "", actor=team.release_manager)
    try_out(tried.pk)
    tried.refresh_from_db()
    assert tried.found is not None
    return tried.found


def test_private_address_is_an_error(team, deployment):
    found = found_with(team, deployment, {"url": "http://10.0.0.1/"})
    assert (found["outcome"], "is not a public address" in found["reason"]) == ("error", True)


@pytest.mark.parametrize("odd", ["a\\u0000b", "a\\ud800b"])
def test_answer_that_no_database_keeps_is_told_all_the_same(team, deployment, odd):
    with serving(answering(200, f'{{"state": "{odd}"}}'.encode())) as server:
        make_connection(server)
        settings = {"url": "/x", "connection": "local", "path": "state", "equals": "UP"}
        found = found_with(team, deployment, settings)
    assert (found["outcome"], found["reason"][:11]) == ("bad", "state is “a")


def test_connection_that_is_gone_is_an_error(team, deployment):
    found = found_with(team, deployment, {"url": "/x", "connection": "gone"})
    assert found["reason"].startswith("The connection “gone” is no longer declared")


def test_rows_are_gone_after_ten_minutes_and_given_up_after_one(team, deployment, server):
    tried = tries.ask(
        deployment, "http", {"url": "/x", "connection": "local"}, "", actor=team.release_manager
    )
    assert not tries.is_given_up(tried, clock.now())
    assert tries.is_given_up(tried, tried.asked_at + timedelta(seconds=61))
    TryOut.objects.update(asked_at=clock.now() - timedelta(minutes=11))
    sweeps.sweep()
    assert TryOut.objects.count() == 0
