"""Credentials of connections: shown nowhere, and bound to where they were typed for."""

from __future__ import annotations

import json
import logging

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command

from accounts.models import User
from connections.exceptions import Blocked
from connections.models import Connection
from tests.builders import signed_in
from tests.deployments.outside.makers import DECLARED, TOKEN, declare, edit, told


def test_credential_is_nowhere_to_be_read(client, caplog):
    caplog.set_level(logging.DEBUG)
    connection = declare(client, credential_kind="basic", credential_name="ann-of-metrics")
    pages = [
        client.get(f"/connections/{page}").content.decode()
        for page in ("", "metrics/", "metrics/edit/", "metrics/remove/")
    ]
    pages.append(client.post("/connections/metrics/try/").content.decode())
    pages.append(edit(client, 422, title="", secret=TOKEN))
    kept = serializers.serialize("json", [connection])
    events = json.dumps(told())
    for text in (*pages, kept, events, caplog.text, repr(connection), str(vars(connection))):
        assert TOKEN not in text
    for text in (*pages[:-1], kept, events, caplog.text):
        assert "ann-of-metrics" not in text


def test_credential_stays_until_a_new_one_is_typed(client):
    kept = declare(client).sealed_credential
    edit(client, title="Measures")
    assert Connection.objects.get().sealed_credential == kept
    edit(client, title="Measures", secret="another-token")
    assert Connection.objects.get().permit.headers == (("authorization", "Bearer another-token"),)
    edit(client, title="Measures", credential_kind="none")
    assert Connection.objects.get().permit.headers == ()
    edit(client, title="Measures", credential_kind="none")
    assert told()[1:] == [
        ("connection changed", {"title": "Metrics"}, {"title": "Measures"}),
        (
            "connection changed",
            {"credential": "bearer token"},
            {"credential": "bearer token, typed anew"},
        ),
        ("connection changed", {"credential": "bearer token"}, {"credential": "none"}),
    ]


@pytest.mark.parametrize(
    "base_url",
    [
        "http://10.1.0.6:9090/api", "https://10.1.0.5:9090/api", "http://10.1.0.5:9091/api",
        "http://10.1.0.5/api",
    ],
)  # fmt: skip
def test_another_host_needs_the_credential_again(client, base_url):
    declare(client)
    assert "Type it again for" in edit(client, 422, base_url=base_url)
    assert Connection.objects.get().base_url == DECLARED["base_url"]
    edit(client, base_url=base_url, secret="token-of-there")
    assert Connection.objects.get().permit.headers == (("authorization", "Bearer token-of-there"),)


def test_another_path_of_the_host_keeps_the_credential(client):
    declare(client)
    edit(client, base_url="http://10.1.0.5:9090/api/v2")
    assert Connection.objects.get().permit.headers == (("authorization", f"Bearer {TOKEN}"),)


def test_another_kind_needs_a_credential_of_its_own(client):
    declare(client)
    assert "Type the one header" in edit(client, 422, credential_kind="header")


def test_address_that_was_changed_behind_the_pages_gets_no_credential(client):
    declare(client)
    Connection.objects.update(base_url="http://10.1.0.66:9090/api")
    with pytest.raises(Blocked, match="typed for another host"):
        Connection.objects.get().permit  # noqa: B018
    assert "typed for another host" in client.get("/connections/metrics/").content.decode()


def test_key_that_is_lost_is_one_sentence_on_the_pages(client, settings):
    declare(client)
    settings.SECRET_KEY = "another key of the portal, as long as the one before"
    client = signed_in(User.objects.get())
    for response in (
        client.get("/connections/metrics/"),
        client.get("/connections/metrics/edit/"),
        client.post("/connections/metrics/try/"),
    ):
        assert response.status_code == 200
        assert "can no longer be read, because the portal&#x27;s key" in response.content.decode()
    edit(client, secret="typed-again")
    assert Connection.objects.get().permit.headers == (("authorization", "Bearer typed-again"),)


def test_credentials_are_sealed_with_a_new_key(client, settings, capsys):
    declare(client)
    old_key = settings.SECRET_KEY
    settings.PORTAL_CREDENTIALS_KEYS = ["a new key of forty characters or some more"]
    call_command("reseal_credentials")
    settings.SECRET_KEY = "another key of the portal, as long as the one before"
    assert Connection.objects.get().permit.headers == (("authorization", f"Bearer {TOKEN}"),)
    assert "1 credentials are sealed" in capsys.readouterr().out
    assert told()[-1] == ("credentials sealed anew", {}, {"sealed": 1, "unreadable": []})
    settings.PORTAL_CREDENTIALS_KEYS, settings.SECRET_KEY = ["one more key, again as long"], old_key
    with pytest.raises(CommandError, match="No key opens the secrets of: metrics"):
        call_command("reseal_credentials")


def test_page_warns_of_a_credential_that_goes_unencrypted(client):
    declare(client)
    assert "The address is plain http" in client.get("/connections/metrics/").content.decode()
    edit(client, base_url="https://10.1.0.5:9090/api", secret=TOKEN)
    assert "plain http" not in client.get("/connections/metrics/").content.decode()
