"""Administrators declare what the portal may touch outside; every change is in the history."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
import trustme

from connections.models import Connection
from deployments.models import Event
from gates.models import Gate
from tests.builders import Team, make_deployment, make_service, signed_in
from tests.deployments.outside.makers import DECLARED, TOKEN, declare, edit, told
from tests.gates.makers import make_gate
from tests.servers import answering, closed_port, redirecting, serving, shaking_hands, tls_context


def test_administrator_declares_a_connection_with_a_credential(client):
    permit = declare(client).permit
    assert (permit.base_url, [str(one) for one in permit.networks], permit.headers) == (
        "http://10.1.0.5:9090/api", ["10.1.0.0/16"], (("authorization", f"Bearer {TOKEN}"),),
    )  # fmt: skip
    after = {
        "key": "metrics", "title": "Metrics", "base_url": "http://10.1.0.5:9090/api",
        "permitted_ranges": "10.1.0.0/16", "authorities": "none", "services": "every service",
        "posts": "none", "credential": "bearer token",
    }  # fmt: skip
    assert told() == [("connection declared", {}, after)]
    assert Event.objects.get().actor_name == "administrator"


def test_connection_is_for_asking_until_an_administrator_says_otherwise(client):
    assert not declare(client).may_be_posted_to
    assert "none: it is only asked" in client.get("/connections/metrics/").content.decode()
    edit(client, may_be_posted_to="on")
    assert Connection.objects.get().may_be_posted_to
    assert "any path below it" in client.get("/connections/metrics/").content.decode()
    assert told()[1] == ("connection changed", {"posts": "none"}, {"posts": "allowed"})
    edit(client, may_be_posted_to="")
    assert not Connection.objects.get().may_be_posted_to


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"base_url": "ftp://10.1.0.5/"}, "is not a web address"),
        ({"base_url": "http://me:secret@10.1.0.5/"}, "must not carry a name or password"),
        ({"base_url": "http://10.1.0.5/?token=1"}, "ends with its path"),
        ({"permitted_ranges": "10.1.0.0/99"}, "is no address range"),
        ({"permitted_ranges": "[1]"}, "is no address range"),
        ({"authorities": "no certificate"}, "no certificate in PEM"),
        ({"authorities": "-----BEGIN PRIVATE KEY-----"}, "holds a private key"),
        ({"authorities": "größe"}, "plain ASCII"),
        ({"every_service": ""}, "Choose a service"),
        ({"every_service": "", "services": "none-such"}, "none-such"),
        ({"credential_kind": "none"}, "Choose what kind of credential this is"),
        ({"credential_kind": "telepathy"}, "telepathy"),
        ({"credential_name": "ann"}, "A bearer token has no name"),
        ({"credential_kind": "basic"}, "needs a name"),
        ({"credential_kind": "header", "credential_name": "Host"}, "belongs to the portal's own"),
        ({"secret": "two\nlines"}, "printable ASCII"),
        ({"secret": ""}, "Type the bearer token, or choose that there is no credential."),
        ({"key": "new"}, "is an address of this portal"),
        ({"key": "With Space"}, "is no key"),
    ],
)
def test_connection_that_makes_no_sense_is_refused(client, typed, sentence):
    response = client.post("/connections/new/", {**DECLARED, **typed})
    assert response.status_code == 422
    page = unescape(response.content.decode())
    assert sentence in page
    assert TOKEN not in page
    assert (Connection.objects.count(), told()) == (0, [])


def test_key_that_is_taken_is_refused(client):
    declare(client)
    response = client.post("/connections/new/", {**DECLARED, "title": "Measures"})
    assert response.status_code == 409
    assert "is taken by Metrics" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"base_url": "http://10.1.0.6:9090/api", "secret": TOKEN},
            "the address of the connection “Metrics” changed",
        ),
        (
            {"every_service": "", "services": "search"},
            "the connection “Metrics” is no longer for this service",
        ),
        ({"every_service": "", "services": ["search", "storage-layer"]}, None),
        ({"title": "Measures"}, None),
        ({"secret": "another-token"}, None),
    ],
)
def test_gates_are_stale_when_their_connection_is_another(team, client, change, reason):
    make_service("search", "Search")
    declare(client)
    settings = {"url": "/health", "connection": "metrics"}
    gate = make_gate(make_deployment(team), kind="http", settings=settings)
    Gate.objects.update(state="passed")
    edit(client, **change)
    gate.refresh_from_db()
    assert gate.state == ("stale" if reason else "passed")
    events = gate.deployment.events.filter(verb="gate stale").values_list("actor_name", "reason")
    assert list(events) == ([("administrator", reason)] if reason else [])


def test_connection_is_removed_once_no_gate_names_it(team: Team, client):
    declare(client)
    settings = {"url": "/health", "connection": "metrics"}
    gate = make_gate(make_deployment(team), kind="http", settings=settings, title="API health")
    sentence = "“Metrics” is named by the gate “API health” of Storage layer 1.4 → Production"
    assert sentence in unescape(client.get("/connections/metrics/remove/").content.decode())
    response = client.post("/connections/metrics/remove/")
    assert (response.status_code, sentence in unescape(response.content.decode())) == (409, True)
    gate.delete()
    assert client.post("/connections/metrics/remove/").headers["Location"] == "/connections/"
    assert Connection.objects.count() == 0
    verb, before, after = told()[-1]
    assert (verb, before["credential"], after) == ("connection removed", "bearer token", {})


@pytest.mark.parametrize(
    ("behave", "sentence"),
    [
        (answering(200), "answered 200 in"),
        (answering(401), "it does not let the portal in"),
        (answering(403), "it does not let the portal in"),
        (answering(503), "answered 503 in"),
        (redirecting("http://10.9.9.9/"), "is not below the connection's address"),
    ],
)
def test_connection_is_tried_with_its_credential(client, behave, sentence):
    with serving(behave) as server:
        declare(client, base_url=server.url, permitted_ranges="127.0.0.0/8")
        page = unescape(client.post("/connections/metrics/try/").content.decode())
        assert sentence in page
        assert f"Bearer {TOKEN}".encode() in server.requests[0]
        assert TOKEN not in page


def test_connection_that_cannot_be_reached_says_why(client):
    declare(client, base_url=f"http://127.0.0.1:{closed_port()}", permitted_ranges="")
    page = unescape(client.post("/connections/metrics/try/").content.decode())
    assert "127.0.0.1 is not a public address" in page
    edit(client, base_url=f"http://127.0.0.1:{closed_port()}", secret=TOKEN,
         permitted_ranges="127.0.0.0/8")  # fmt: skip
    page = unescape(client.post("/connections/metrics/try/").content.decode())
    assert "could not be reached: the connection was refused." in page


def test_own_authority_is_trusted_where_it_is_declared(client):
    authority = trustme.CA(organization_name="Own authority")
    leaf = authority.issue_cert("localhost")
    context = tls_context(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())
    with shaking_hands(context) as port:
        address = {
            "base_url": f"https://localhost:{port}",
            "permitted_ranges": "127.0.0.0/8\n::1/128",
        }
        declare(client, **address)
        page = unescape(client.post("/connections/metrics/try/").content.decode())
        assert "its certificate is not trusted" in page
        edit(client, 302, **address, authorities=authority.cert_pem.bytes().decode())
        page = unescape(client.post("/connections/metrics/try/").content.decode())
    assert "answered 200 in" in page
    assert "O=Own authority" in page


def test_list_asks_as_often_for_many_connections_as_for_one(client, django_assert_num_queries):
    declare(client)
    with django_assert_num_queries(3):
        client.get("/connections/")
    for number in range(30):
        declare(client, key=f"metrics-{number}", title=f"Metrics {number}")
    with django_assert_num_queries(3):
        client.get("/connections/")


@pytest.mark.parametrize("who", ["release_manager", "ops_lead", "outsider"])
def test_connection_is_not_declared_by_others(team, who):
    client = signed_in(getattr(team, who))
    for address in ("/connections/", "/connections/new/", "/connections/none/", "/commands/"):
        assert client.get(address).status_code == 403
    response = client.post("/connections/new/", DECLARED)
    assert response.status_code == 403
    assert "Only administrators of this portal may" in response.content.decode()
    assert Connection.objects.count() == 0


def test_declared_commands_are_shown_without_what_is_secret(client, settings, tmp_path: Path):
    settings.PORTAL_COMMANDS = ""
    assert "Commands are off" in client.get("/commands/").content.decode()
    file = tmp_path / "commands.toml"
    settings.PORTAL_COMMANDS = str(file)
    assert "cannot be read" in client.get("/commands/").content.decode()
    file.write_text("", encoding="utf-8")
    assert "declares no command" in client.get("/commands/").content.decode()
    file.write_text(
        '[commands.backup-check]\nargv = ["/bin/check", "--all"]\nseconds = 30\n'
        '[commands.backup-check.environment]\nREGION = "eu-hidden"\nTOKEN = "$env:BACKUP_TOKEN"\n',
        encoding="utf-8",
    )
    page = unescape(client.get("/commands/").content.decode())
    assert "/bin/check --all" in page
    assert "from the worker's BACKUP_TOKEN" in page
    assert "eu-hidden" not in page


def test_declared_repositories_are_shown_beside_the_commands(client, settings, tmp_path: Path):
    file = tmp_path / "commands.toml"
    file.write_text('[repositories.portal]\nurl = "https://git.example.org/team/portal.git"\n')
    settings.PORTAL_COMMANDS = str(file)
    page = unescape(client.get("/commands/").content.decode())
    assert "https://git.example.org/team/portal.git" in page
    assert "nobody is declared" in page
