"""Gates are added and edited in the plan, each with the settings of its kind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from deployments.models import Deployment
from gates.enums import GateState, Kind
from gates.kinds import KINDS
from gates.models import Gate
from gates.parts import GATES
from tests.builders import make_deployment, signed_in
from tests.gates.makers import make_connection, make_gate
from tests.servers import answering, serving

USUAL = {
    "freshness": "5 min", "interval": "10 s", "settle": "0 s", "timeout": "10 min",
    "need_good": "3", "max_bad": "5", "max_bad_streak": "3", "max_error_streak": "5",
    "on_no_data": "wait",
}  # fmt: skip
HEALTH = {
    **USUAL, "kind_of_gate": "http", "title": "API", "url": "https://example.org/health",
    "status": "200", "requests": "1", "seconds": "10", "required": "on",
}  # fmt: skip


@pytest.fixture
def deployment(team) -> Deployment:
    return make_deployment(team)


@pytest.fixture
def server():
    with serving(answering()) as server:
        yield server


def add(who, deployment: Deployment, told: dict[str, str]):
    address = reverse("dashboard:plan_add", args=[deployment.pk, "gates"])
    return signed_in(who).post(address, told)


def edit(who, gate: Gate, told: dict[str, str]):
    address = reverse("dashboard:plan_edit", args=[gate.deployment_id, "gates", gate.pk])
    return signed_in(who).post(address, {**told, "shown": GATES.plan_of(gate).fingerprint})


def test_gate_is_added_below_a_connection(team, deployment, server):
    make_connection(server)
    response = add(
        team.release_manager, deployment, {**HEALTH, "url": "/health", "connection": "local"}
    )
    assert response.status_code == 302
    assert Gate.objects.get().settings == {"url": "/health", "connection": "local"}


def test_typed_address_finds_its_connection(team, deployment, server):
    make_connection(server)
    told = {**HEALTH, "url": f"{server.url}/health"}
    del told["required"]
    add(team.release_manager, deployment, told)
    gate = Gate.objects.get()
    assert (gate.settings["connection"], gate.required) == ("local", False)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.org:8080/", "Port 8080 needs a connection"),
        ("ftp://example.org/", "is not a web address"),
        ("http://a:b@example.org/", "must not carry a name or password"),
        ("/health", "is not a web address"),
        ("https://example.org/" + "a" * 2000, "at most 2000 characters"),
    ],
)
def test_address_that_may_not_be_asked_stays_in_the_form(team, deployment, url, sentence):
    response = add(team.release_manager, deployment, {**HEALTH, "url": url})
    page = response.content.decode()
    assert (response.status_code, sentence in page, f'value="{url}"' in page) == (422, True, True)
    assert Gate.objects.count() == 0


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"timeout": "10 parsecs"}, "“10 parsecs” is no duration"),
        ({"freshness": "60 d"}, "At most 30 days."),
        ({"need_good": "0"}, "greater than or equal to 1"),
        ({"condition": "fast"}, "has no comparison"),
        ({"condition": "answer_time p99 < 5 s"}, "measures p95, not p99"),
        ({"condition": "answer_time < 5 %"}, "is a time and answer_time is judged as a share"),
        ({"condition": "answer_time < 5 s within 1 h of start"}, "has no “within”"),
        ({"path": "a[", "equals": "1"}, "is no JMESPath"),
        ({"equals": "UP"}, "are said together"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_could_never_be_judged_is_refused_with_its_sentence(team, deployment, told, sentence):
    response = add(team.release_manager, deployment, {**HEALTH, **told})
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert Gate.objects.count() == 0


def test_gate_is_not_added_by_a_member(team, deployment):
    assert add(team.member, deployment, HEALTH).status_code == 403


def test_unknown_kind_falls_back_to_a_reported_gate(team, deployment):
    assert add(
        team.release_manager, deployment, {**HEALTH, "kind_of_gate": "magic"}
    ).status_code in {302, 422}
    assert set(Gate.objects.values_list("kind", flat=True)) <= {"reported"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_form(team, deployment, kind):
    address = reverse("dashboard:plan_add", args=[deployment.pk, "gates"])
    page = signed_in(team.release_manager).get(f"{address}?kind={kind}").content.decode()
    for name in KINDS[kind].settings.model_fields:
        assert f'name="{name}"' in page
    assert f'name="kind_of_gate" value="{kind}"' in page


def test_page_of_gates_lists_the_kinds_with_what_they_ask(team, deployment):
    address = reverse("dashboard:plan", args=[deployment.pk, "gates"])
    page = signed_in(team.release_manager).get(address).content.decode()
    assert [kind for kind in KINDS if f"?kind={kind}" not in page] == []
    assert page.count(KINDS[Kind.HTTP].asks) == 1


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"title": "Another name"}, GateState.PASSED),
        ({"need_good": "5"}, GateState.PASSED),
        ({"freshness": "1 h"}, GateState.PASSED),
        ({"status": "204"}, GateState.STALE),
        ({"condition": "answer_time < 1 s"}, GateState.STALE),
    ],
)
def test_only_another_question_makes_the_answer_stale(team, deployment, told, state):
    add(team.release_manager, deployment, HEALTH)
    Gate.objects.update(state=GateState.PASSED)
    gate = Gate.objects.get()
    assert edit(team.release_manager, gate, {**HEALTH, **told}).status_code == 302
    gate.refresh_from_db()
    assert gate.state == state


def test_advisory_gate_no_longer_blocks(team, deployment):
    gate = make_gate(deployment)
    told = {**USUAL, "title": "Tests passing", "freshness": "24 h", "need_good": "1",
            "max_bad": "0", "max_bad_streak": "0", "kind_of_gate": "reported"}  # fmt: skip
    assert edit(team.release_manager, gate, told).status_code == 302
    gate.refresh_from_db()
    assert (gate.required, gate.freshness) == (False, timedelta(hours=24))


def test_saving_without_a_change_is_no_event(team, deployment):
    add(team.release_manager, deployment, HEALTH)
    before = deployment.events.count()
    edit(team.release_manager, Gate.objects.get(), HEALTH)
    assert deployment.events.count() == before


@pytest.mark.parametrize(("told", "is_open"), [({}, False), ({"freshness": "1 h"}, True)])
def test_times_and_limits_are_folded_while_they_are_the_kind_s(team, deployment, told, is_open):
    add(team.release_manager, deployment, {**HEALTH, **told})
    address = reverse("dashboard:plan_edit", args=[deployment.pk, "gates", Gate.objects.get().pk])
    page = signed_in(team.release_manager).get(address).content.decode()
    assert ('<details class="mb-3" open>' in page) == is_open
