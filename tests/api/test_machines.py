"""The page on which a service's machines get their tokens, and what a scope allows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from api.models import Token
from api.services import hashed, issue
from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from deployments.exceptions import Invalid
from deployments.models import Event
from tests.api.makers import Machine, problem
from tests.builders import PASSWORD, make_deployment, make_proof, signed_in
from tests.gates.makers import make_gate

LIST = "/services/storage-layer/machines/"
TOLD = {"title": "CI", "scopes": ["report"], "days": "30"}


def secret_in(page: str) -> str:
    found = re.search(r"dpt_[\w-]{20,}", page)
    assert found
    return found[0]


def test_release_manager_gets_a_secret_once(team):
    client = signed_in(team.release_manager)
    page = client.post(LIST, TOLD).content.decode()
    secret = secret_in(page)
    token = Token.objects.get()
    assert token.secret_hash == hashed(secret)
    assert (token.scopes, token.title) == (["report"], "CI")
    assert (token.expires_at - token.created_at).days == 30
    assert secret not in client.get(LIST).content.decode()
    event = Event.objects.filter(chain="service:storage-layer", verb="token issued").get()
    assert (event.actor_name, event.after["scopes"]) == ("Release Manager", "report")


def test_revoked_token_is_refused_at_once(team):
    deployment = make_deployment(team)
    client = signed_in(team.release_manager)
    machine = Machine(secret_in(client.post(LIST, {**TOLD, "scopes": ["read"]}).content.decode()))
    assert machine.get(f"/deployments/{deployment.pk}").status_code == 200
    client.post(reverse("machines:revoke", args=["storage-layer", Token.objects.get().pk]))
    assert problem(machine.get(f"/deployments/{deployment.pk}"))[0] == 401
    assert "revoked" in client.get(LIST).content.decode()


def test_old_sign_in_needs_the_password(team):
    team.release_manager.set_password(PASSWORD)
    team.release_manager.save()
    client = Client()
    client.force_login(team.release_manager)
    assert client.post(LIST, TOLD).status_code == 422
    assert Token.objects.count() == 0
    assert client.post(LIST, {**TOLD, "password": PASSWORD}).status_code == 200
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"title": ""}, "Say which machine uses it."),
        ({"scopes": []}, "Say what the token may do: report, read, or both."),
        ({"scopes": ["vote"]}, "Select a valid choice"),
        ({"days": "0"}, "greater than or equal to 1"),
    ],
)
def test_bad_form_keeps_what_was_typed_and_makes_nothing(team, told, sentence):
    response = signed_in(team.release_manager).post(LIST, {**TOLD, **told})
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert Token.objects.count() == 0


def test_scopes_are_kept_apart(team):
    deployment = make_deployment(team)
    gate = make_gate(deployment)
    reader = Machine(issue(team.service, title="R", scopes=["read"], actor=None)[1])
    reporter = Machine(issue(team.service, title="W", scopes=["report"], actor=None)[1])
    assert problem(reader.report(gate, outcome="good")) == (
        403,
        "This token may read but not report.",
    )
    for path in ("", "/gates", f"/gates/{gate.key}", "/votes"):
        assert problem(reporter.get(f"/deployments/{deployment.pk}{path}")) == (
            403,
            "This token may report but not read.",
        )
        assert reader.get(f"/deployments/{deployment.pk}{path}").status_code == 200
    assert reporter.report(gate, outcome="good").status_code == 201


def test_unknown_scope_is_refused(team):
    with pytest.raises(Invalid):
        issue(team.service, title="CI", scopes=["vote"], actor=None)


def test_votes_are_told_with_whether_they_count(team):
    deployment = make_deployment(team, submitted=True)
    rule = deployment.rules.get(role__key="security")
    approvals.sign(
        deployment.pk, rule.pk, Choice.APPROVE, actor=team.security, proof=make_proof(),
        shown=Shown.of(deployment),
    )  # fmt: skip
    machine = Machine(issue(team.service, title="R", actor=None)[1])
    (vote,) = machine.get(f"/deployments/{deployment.pk}/votes").json()
    assert (vote["role"], vote["person"], vote["choice"], vote["counts"]) == (
        "security", "Security", "approve", True,
    )  # fmt: skip
    assert vote["content_hash"] == deployment.content_hash
