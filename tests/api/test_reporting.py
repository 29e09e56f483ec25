"""What a machine may say and ask, and that every refusal is a problem document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from api.models import Token
from api.services import issue, revoke
from approvals.models import Vote
from approvals.verdict import outlook
from deployments import clock
from gates.models import Gate
from tests.api.makers import Machine, problem
from tests.builders import make_team
from tests.gates.makers import make_gate

MIXED_UP = "90 ms is a time and cache_hit_rate is judged as a share; give the value in %."
NO_NUMBER = "no plain number of at most 30 digits, such as 86.4; cache_hit_rate > 85 % needs one."
NO_LINK = "The link to the source starts with https:// or http://."


@pytest.fixture
def machine(team) -> Machine:
    return Machine(issue(team.service, title="CI", actor=None)[1])


def test_report_makes_the_gate_green(gate, machine):
    response = machine.report(gate, value=86.4, unit="%", source_link="https://ci.example.org/7")
    gate.refresh_from_db()
    event = gate.deployment.events.order_by("-sequence").first()
    assert response.status_code == 201
    assert response.json()["reason"] == "86.4 % is more than 85 %"
    assert (gate.state, gate.last_sample.reporter.username) == (
        "passed", "machine:storage-layer:1"
    )  # fmt: skip
    assert (event.verb, event.means, event.actor_name) == ("gate passed", "api", "CI")


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        ({}, "This gate is judged by its value (cache_hit_rate > 85 %); report one."),
        ({"outcome": "green"}, "outcome: Input should be 'good', 'warn' or 'bad'."),
        ({"value": "a lot"}, f"“a lot” is {NO_NUMBER}"),
        ({"value": "1e3000000"}, f"“1e3000000” is {NO_NUMBER}"),
        ({"value": 1e300}, "A value has at most 100 characters."),
        ({"value": 90, "unit": "ms"}, MIXED_UP),
        ({"value": 90, "source_link": "javascript:1"}, NO_LINK),
        ({"value": 90, "vote": "approve"}, "vote: Extra inputs are not permitted."),
        ({"value": 10**120}, "A value has at most 100 characters."),
    ],
)  # fmt: skip
def test_report_that_makes_no_sense_is_refused_in_a_sentence(gate, machine, result, detail):
    assert problem(machine.report(gate, **result)) == (422, detail)
    assert gate.runs.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"value": NaN}',
        '{"value": 1e999}',
        '{"value": "\\u0000"}',
        b"\xff\xfe",
    ],
)
def test_broken_body_is_refused(gate, machine, body):
    path = f"/deployments/{gate.deployment_id}/gates/{gate.key}/report"
    status, _ = problem(machine.call("POST", path, body))
    assert status == 422
    assert gate.runs.count() == 0


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '"NaN"', '"inf"'])
def test_what_is_no_finite_number_passes_nothing(deployment, machine, value):
    gate = make_gate(deployment)
    path = f"/deployments/{gate.deployment_id}/gates/{gate.key}/report"
    body = f'{{"outcome": "good", "value": {value}}}'
    assert problem(machine.call("POST", path, body))[0] == 422
    assert gate.runs.count() == 0


def test_small_number_is_read_without_its_exponent(deployment, machine):
    gate = make_gate(deployment, condition="error_rate < 1 %")
    response = machine.report(gate, value=0.0000001)
    assert (response.status_code, response.json()["value"]) == (201, "0.0000001")


def test_gate_past_its_freshness_is_read_as_stale(gate, machine):
    machine.report(gate, value=90)
    Gate.objects.update(stale_at=clock.now() - timedelta(seconds=1))
    (found,) = machine.get(f"/deployments/{gate.deployment_id}/gates").json()
    assert found["state"] == "stale"
    assert found["reason"].endswith("which is too long ago")


def test_huge_body_is_refused(gate, machine):
    path = f"/deployments/{gate.deployment_id}/gates/{gate.key}/report"
    assert problem(machine.call("POST", path, b"x" * 7_000_000))[0] == 413


@pytest.mark.parametrize("secret", ["", "wrong", "dpt_", "dpt_" + "a" * 43, "ü"])
def test_wrong_token_is_unauthenticated(gate, secret):
    machine = Machine(secret)
    for response in (
        machine.report(gate, value=90),
        machine.get(f"/deployments/{gate.deployment_id}"),
    ):
        assert problem(response)[0] == 401
        assert response["WWW-Authenticate"] == "Bearer"
    assert gate.runs.count() == 0


def test_expired_token_is_unauthenticated(team, gate):
    token, secret = issue(team.service, title="CI", days=1, actor=None)
    assert Machine(secret).report(gate, value=90).status_code == 201
    Token.objects.filter(pk=token.pk).update(expires_at=clock.now())
    assert problem(Machine(secret).report(gate, value=90))[0] == 401


def test_revoked_token_is_unauthenticated(team, gate):
    token, secret = issue(team.service, title="CI", actor=None)
    revoke(token, actor=None)
    assert problem(Machine(secret).report(gate, value=90))[0] == 401


def test_token_of_an_inactive_machine_is_unauthenticated(team, gate):
    token, secret = issue(team.service, title="CI", actor=None)
    token.machine.is_active = False
    token.machine.save()
    assert problem(Machine(secret).report(gate, value=90))[0] == 401


def test_session_of_a_person_counts_for_nothing(team, gate):
    client = Client()
    client.force_login(team.release_manager)
    assert client.get(f"/api/v1/deployments/{gate.deployment_id}").status_code == 401


def test_foreign_deployment_is_not_there(gate):
    other = make_team("other-service", prefix="other_")
    foreign = Machine(issue(other.service, title="CI", actor=None)[1])
    path = f"/deployments/{gate.deployment_id}"
    answers = {
        problem(foreign.get(path)),
        problem(foreign.get(f"{path}/gates")),
        problem(foreign.report(gate, value=90)),
        problem(foreign.get("/deployments/999999999")),
        problem(foreign.get("/deployments/99999999999999999999999")),
        problem(foreign.get("/no/such/place")),
        problem(foreign.get("/no/such%0Aplace")),
        problem(foreign.call("POST", "/no/such/place", {})),
    }
    assert answers == {(404, "There is nothing at this address that the token may see.")}
    assert gate.runs.count() == 0


def test_unknown_gate_is_not_there(deployment, machine):
    path = f"/deployments/{deployment.pk}/gates/nothing/report"
    assert problem(machine.call("POST", path, {"outcome": "good"}))[0] == 404


def test_wrong_method_is_a_problem_too(deployment, machine):
    response = machine.call("DELETE", f"/deployments/{deployment.pk}", "")
    assert (problem(response)[0], response["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["", "/sign", "/votes", "/decide", "/rules/1/sign", "/start"])
def test_token_cannot_vote_or_decide(team, deployment, machine, path):
    body = {"choice": "approve", "verdict": "go"}
    for where in (
        f"/api/v1/deployments/{deployment.pk}{path}",
        f"/deployments/{deployment.pk}{path}/",
    ):
        response = Client().post(
            where, body, "application/json", headers={"Authorization": f"Bearer {machine.secret}"}
        )
        assert response.status_code in {302, 404, 405}
    assert Vote.objects.count() == 0


def test_reading_token_does_not_report(team, gate):
    token, secret = issue(team.service, title="Dashboard", actor=None)
    Token.objects.filter(pk=token.pk).update(may_report=False)
    machine = Machine(secret)
    assert machine.get(f"/deployments/{gate.deployment_id}/gates").status_code == 200
    assert problem(machine.report(gate, value=90)) == (403, "This token may read but not report.")


def test_deployment_is_read_with_its_readiness(deployment, gate, machine):
    found = machine.get(f"/deployments/{deployment.pk}").json()
    assert (found["service"], found["state"], found["ready"]) == ("storage-layer", "draft", False)
    assert found["sentence"] == outlook(deployment).sentence
    mended = {blocker["key"]: blocker["url"] for blocker in found["blockers"]}
    page = f"{deployment.get_absolute_url()}gates/{gate.key}/runs/"
    assert mended["gate:cache-hit-rate"] == f"{settings.PORTAL_URL}{page}"


def test_gates_are_read_with_their_last_sample(gate, machine):
    machine.report(gate, value="82.1")
    (found,) = machine.get(f"/deployments/{gate.deployment_id}/gates").json()
    assert (found["key"], found["state"]) == ("cache-hit-rate", "failed")
    assert found["reason"] == "82.1 %, needs more than 85 %"
    assert found["last_sample"]["value"] == "82.1"


def test_answers_are_never_stored(deployment, machine):
    response = machine.get(f"/deployments/{deployment.pk}")
    assert "no-store" in response["Cache-Control"]


def test_use_is_noted_at_most_once_a_minute(deployment, machine):
    def last_used():
        machine.get(f"/deployments/{deployment.pk}")
        return Token.objects.get().last_used_at

    first = last_used()
    assert last_used() == first
    Token.objects.update(last_used_at=first - timedelta(minutes=2))
    assert last_used() > first


def test_openapi_is_published_and_has_no_docs_page():
    client = Client()
    published = client.get("/api/v1/openapi.json")
    assert sorted(published.json()["paths"]) == [
        "/api/v1/bounces/{webhook}",
        "/api/v1/deployments",
        "/api/v1/deployments/{pk}",
        "/api/v1/deployments/{pk}/gates",
        "/api/v1/deployments/{pk}/gates/{key}",
        "/api/v1/deployments/{pk}/gates/{key}/report",
        "/api/v1/deployments/{pk}/gates/{key}/runs/{number}",
        "/api/v1/deployments/{pk}/incidents",
        "/api/v1/deployments/{pk}/metrics",
        "/api/v1/deployments/{pk}/readiness",
        "/api/v1/deployments/{pk}/votes",
        "/api/v1/webhooks/{webhook}",
    ]
    assert client.get("/api/v1/docs").status_code == 404
