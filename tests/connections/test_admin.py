"""An administrator declares a connection; what makes no sense is said in the form."""

from __future__ import annotations

import pytest

from accounts.models import User
from connections.models import Connection
from gates.models import Gate
from tests.builders import make_deployment, make_person, signed_in
from tests.gates.makers import make_gate

DECLARED = {
    "title": "Metrics",
    "key": "metrics",
    "base_url": "http://10.1.0.5:9090/api",
    "permitted_ranges": '["10.1.0.0/16"]',
}


@pytest.fixture
def administrator(db) -> User:
    person = make_person("administrator")
    person.is_staff = person.is_superuser = True
    person.save()
    return person


def test_administrator_declares_a_connection(administrator):
    response = signed_in(administrator).post("/admin/connections/connection/add/", DECLARED)
    assert response.status_code == 302
    permit = Connection.objects.get().permit
    assert (permit.base_url, [str(one) for one in permit.networks]) == (
        "http://10.1.0.5:9090/api", ["10.1.0.0/16"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("base_url", "ftp://10.1.0.5/", "is not a web address"),
        ("base_url", "http://me:secret@10.1.0.5/", "must not carry a name or password"),
        ("permitted_ranges", '["10.1.0.0/99"]', "is no address range"),
        ("permitted_ranges", '{"a": 1}', "Write a list of ranges"),
        ("permitted_ranges", "[[1]]", "is no address range"),
    ],
)
def test_connection_that_makes_no_sense_is_refused(administrator, field, value, sentence):
    told = {**DECLARED, field: value}
    response = signed_in(administrator).post("/admin/connections/connection/add/", told)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert Connection.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"base_url": "http://10.1.0.6:9090/api"}, "stale"),
        ({"title": "Measures"}, "passed"),
    ],
)
def test_gates_are_stale_when_their_connection_leads_elsewhere(team, administrator, change, state):
    declared = {**DECLARED, "permitted_ranges": ["10.1.0.0/16"]}
    connection = Connection.objects.create(**declared)
    settings = {"url": "/health", "connection": "metrics"}
    gate = make_gate(make_deployment(team), kind="http", settings=settings)
    Gate.objects.update(state="passed")
    client = signed_in(administrator)
    address = f"/admin/connections/connection/{connection.pk}/change/"
    assert client.post(address, {**DECLARED, **change}).status_code == 302
    gate.refresh_from_db()
    assert gate.state == state
    told = gate.deployment.events.filter(verb="gate stale").values_list("actor_name", "reason")
    reason = "the address of the connection “Metrics” changed"
    assert list(told) == ([("Administrator", reason)] if state == "stale" else [])


@pytest.mark.parametrize("who", ["release_manager", "ops_lead", "outsider"])
def test_connection_is_not_declared_by_others(team, who):
    response = signed_in(getattr(team, who)).post("/admin/connections/connection/add/", DECLARED)
    assert response.status_code == 302
    assert "login" in response["Location"]
    assert Connection.objects.count() == 0
