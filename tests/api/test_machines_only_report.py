"""A machine never votes, decides or signs: every address is sent a POST with its keys."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from api.models import Token
from api.services import hashed, issue
from approvals.models import Decision, Vote
from deployments.access.granting import give
from deployments.enums import Grant
from deployments.exceptions import Invalid
from deployments.models import Deployment
from tests.api.makers import Machine, problem
from tests.builders import PASSWORD, make_machine, make_role, signed_in
from tests.dashboard.access_table import BODIES, TABLE
from tests.dashboard.test_access import arguments, every_argument, scene  # noqa: F401 - a fixture

# What a machine is for: results, values of metrics, and what users say went wrong.
MAY = {"api:report", "api:metrics", "api:incidents"}
# Sessions say who is signed in, and the token when it was last used. Anybody at all may try to
# sign in and ask for a link by mail; both are written down, whoever it is.
LEFT_OUT = {"sessions.session", "api.token", "accounts.attempts", "deployments.accountletter"}
SECRET = "dpt_" + "a" * 43


def everything() -> dict[str, str]:
    """Of every table a hash of its rows."""
    return {
        model._meta.label_lower: sha256(
            repr(list(model._base_manager.order_by("pk").values_list())).encode()
        ).hexdigest()
        for model in apps.get_models()
        if model._meta.label_lower not in LEFT_OUT
    }


def tried(client: Client, deployment: Deployment, **more: Any) -> dict[str, int]:
    """The status with which every address answered a whole and well-formed POST."""
    statuses, every = {}, every_argument(deployment)
    for name in sorted(TABLE.keys() - MAY):
        body = {key: value(deployment) for key, value in BODIES.get(name, {}).items()}
        url = reverse(name, kwargs=arguments(name, every))
        statuses[name] = client.post(url, body, **more).status_code
    return statuses


@pytest.fixture
def secret(scene: Deployment) -> str:  # noqa: F811
    """Of the scene's own token, which may do all that any token may."""
    Token.objects.filter(may_report=True, may_read=True).update(secret_hash=hashed(SECRET))
    return SECRET


def test_token_does_nothing_at_any_address_but_those_to_report(scene, secret):  # noqa: F811
    before = everything()
    statuses = tried(Client(), scene, headers={"Authorization": f"Bearer {secret}"})
    assert everything() == before
    assert statuses == tried(Client(), scene)
    passed = {name for name, status in statuses.items() if status < 300}
    links = {"deployments:reset_password", "deployments:set_password"}
    assert passed == {"accounts:sign_in", "api:openapi-json", *links}


def test_token_reports_and_its_votes_are_not_taken(scene, secret):  # noqa: F811
    """The one address that takes it, and that it takes nothing but a result."""
    gate = scene.gates.get(key="tests")
    machine, before = Machine(secret), Vote.objects.count()
    said = {"outcome": "good", "choice": "approve", "verdict": "go"}
    assert problem(machine.report(gate, **said))[0] == 422
    assert machine.report(gate, outcome="good").status_code == 201
    assert (Vote.objects.count(), Decision.objects.count()) == (before, 0)


def test_session_of_a_machine_is_nobodys(scene):  # noqa: F811
    machine = Token.objects.get().machine
    client = signed_in(machine)
    before = everything()
    statuses = tried(client, scene)
    assert everything() == before
    assert statuses == tried(Client(), scene)


def test_machine_does_not_sign_in_with_a_password_that_somebody_gave_it(team):
    machine = make_machine()
    machine.set_password(PASSWORD)
    machine.save()
    told = {"username": machine.username, "password": PASSWORD}
    client = Client()
    assert client.post("/sign-in/", told).status_code == 200
    assert client.get("/").status_code == 302


def test_machine_is_given_no_right_and_no_role(team):
    machine = make_machine()
    for part in (Grant.RELEASE_MANAGER, Grant.OPS_LEAD, make_role("security")):
        with pytest.raises(Invalid, match="is a machine, which may report and read only"):
            give(team.service, part, machine, actor=None)


@pytest.mark.parametrize("known", [1, 30])
def test_guessed_token_costs_one_look_by_its_hash(team, known):
    for number in range(known):
        issue(team.service, title=f"CI {number}", actor=None)
    with CaptureQueriesContext(connection) as spent:
        assert Machine("dpt_guessed").get("/deployments").status_code == 401
    (query,) = spent.captured_queries
    assert hashed("dpt_guessed") in query["sql"]
    assert "dpt_guessed" not in query["sql"]
