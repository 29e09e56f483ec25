from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from deployments.models import Deployment
from gates import services
from gates.enums import GateState
from gates.models import GateRun, Sample
from gates.reports import Result
from tests.builders import PASSWORD, make_machine, signed_in
from tests.gates.makers import make_gate, make_http_gate


def address(name: str, deployment: Deployment, *more: str) -> str:
    return reverse(f"gates:{name}", args=[deployment.pk, *more])


def test_run_leads_back_to_the_gates(team, deployment, server):
    gate = make_http_gate(deployment, server)
    response = signed_in(team.member).post(address("run", deployment, gate.key))
    assert response.status_code in {302, 303}
    assert response["Location"] == f"/deployments/{deployment.pk}/gates/"
    assert GateRun.objects.get().requested_by == team.member


def test_run_answers_htmx_with_nothing(team, deployment, server):
    gate = make_http_gate(deployment, server)
    client = signed_in(team.member)
    response = client.post(address("run", deployment, gate.key), headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["HX-Trigger"] == "changed"


def test_double_click_makes_one_run(team, deployment, server):
    make_http_gate(deployment, server)
    client = signed_in(team.member)
    answers = [client.post(address("run_all", deployment)).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert GateRun.objects.count() == 1


def test_refusal_is_one_sentence(team, deployment):
    gate = make_gate(deployment)
    client = signed_in(team.member)
    response = client.post(address("run", deployment, gate.key), headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert "“Tests passing” cannot be run: its result is reported." in response.content.decode()


@pytest.mark.parametrize("name", ["run", "report", "run_all"])
def test_foreign_deployment_is_not_there(team, deployment, name):
    gate = make_gate(deployment)
    where = address(name, deployment, *([gate.key] if name in {"run", "report"} else []))
    assert signed_in(team.outsider).post(where).status_code == 404


@pytest.mark.parametrize("name", ["run", "report"])
def test_unknown_gate_is_not_there(team, deployment, name):
    response = signed_in(team.member).post(address(name, deployment, "nothing"))
    assert response.status_code == 404


def test_running_needs_a_post(team, deployment):
    assert signed_in(team.member).get(address("run_all", deployment)).status_code == 405


def test_signed_out_person_is_led_to_the_sign_in(deployment):
    response = Client().post(address("run_all", deployment))
    assert response["Location"].startswith(reverse("accounts:sign_in"))


def test_result_by_hand_is_recorded_and_shown(team, deployment):
    gate = make_gate(deployment)
    client = signed_in(team.security)
    told = {"outcome": "good", "value": "491/491", "evidence": "<b>log</b> line 9"}
    response = client.post(address("report", deployment, gate.key), told)
    assert response["Location"] == f"/deployments/{deployment.pk}/gates/"
    page = client.get(response["Location"]).content.decode()
    assert "reported by Security <strong>by hand</strong>" in page
    assert "&lt;b&gt;log&lt;/b&gt; line 9" in page


def test_result_by_hand_keeps_what_was_typed_when_a_field_is_missing(team, deployment):
    gate = make_gate(deployment)
    response = signed_in(team.security).post(
        address("report", deployment, gate.key), {"outcome": "good", "value": "491/491"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Say where the value can be checked: a link, a file or a log line." in page
    assert 'value="491/491"' in page
    gate.refresh_from_db()
    assert gate.state == GateState.PENDING


def test_result_by_hand_asks_for_the_password_when_the_proof_is_old(team, deployment):
    gate = make_gate(deployment)
    team.security.set_password(PASSWORD)
    team.security.save()
    client = Client()
    client.force_login(team.security)
    told = {"outcome": "good", "value": "1", "evidence": "a log"}
    where = address("report", deployment, gate.key)
    assert client.post(where, told).status_code == 422
    assert client.post(where, {**told, "password": "wrong"}).status_code == 422
    gate.refresh_from_db()
    assert gate.state == GateState.PENDING
    assert client.post(where, {**told, "password": PASSWORD}).status_code == 302
    gate.refresh_from_db()
    assert gate.state == GateState.PASSED


@pytest.mark.parametrize("who", ["member", "stakeholder", "release_manager"])
def test_page_says_who_may_enter_a_result(team, deployment, who):
    gate = make_gate(deployment)
    page = signed_in(getattr(team, who)).get(address("report", deployment, gate.key))
    assert "Only a technical lead or a security holder of this service" in page.content.decode()
    assert '<form method="post">' not in page.content.decode()


def test_empty_form_is_answered_with_its_sentences(team, deployment):
    gate = make_gate(deployment)
    response = signed_in(team.technical_lead).post(address("report", deployment, gate.key))
    assert response.status_code == 422
    assert 'class="field-error"' in response.content.decode()


@pytest.mark.parametrize(
    ("link", "leads"), [("https://ci.example.org/7", True), ("javascript:alert(1)", False)]
)
def test_source_of_a_result_is_followed_only_into_the_web(team, deployment, link, leads):
    """The API refuses another one; a row from earlier may have it."""
    gate = make_gate(deployment)
    sample = services.report(gate, Result("good"), reporter=make_machine())
    Sample.objects.filter(pk=sample.pk).update(source_link=link)
    client = signed_in(team.member)
    own = deployment.get_absolute_url()
    for address in (f"{own}gates/", f"{own}gates/{gate.key}/runs/"):
        said = client.get(address).content.decode()
        assert link in said
        assert (f'href="{link}"' in said) is leads


def test_page_of_a_gate_draws_its_newest_samples(team, deployment):
    gate = make_gate(deployment, condition="hits > 85 %")
    where, client = address("detail", deployment, gate.key), signed_in(team.member)
    services.report(gate, Result(value="86"), reporter=make_machine())
    assert "Last 1 samples" not in client.get(where).content.decode()
    services.report(gate, Result(value="82"), reporter=make_machine("second"))
    assert "Last 2 samples: 1 good, 1 bad" in client.get(where).content.decode()
