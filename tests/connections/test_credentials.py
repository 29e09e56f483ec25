"""A credential is sealed at rest, goes to its own host only, and is never said again."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import pytest
from django.conf import settings as django

from connections.addresses import Permit
from connections.client import Answer, GuardedClient
from connections.credentials import Credential, opened_for
from connections.enums import CredentialKind
from connections.exceptions import Blocked, Trouble
from connections.models import Connection
from tests.servers import LOOPBACK, Behaviour, Server, answering, redirecting, serving

TOKEN = 'tok/en-"of"-<the>&service'
PLACE = "https://metrics.example.org:443"
BEARER = Credential(CredentialKind.BEARER, TOKEN)


def asked(server: Server, credential: Credential | None = None) -> Answer:
    with GuardedClient(permit=permit_with(server.url, credential or BEARER)) as client:
        return client.get(server.url)


def permit_with(base_url: str, credential: Credential = BEARER) -> Permit:
    return Permit(base_url, LOOPBACK, headers=(credential.header,), secrets=credential.secrets)


@pytest.mark.parametrize(
    ("credential", "header"),
    [
        (BEARER, ("authorization", f"Bearer {TOKEN}")),
        (
            Credential(CredentialKind.BASIC, "größe: 12", "ann"),
            ("authorization", f"Basic {base64.b64encode('ann:größe: 12'.encode()).decode()}"),
        ),
        (Credential(CredentialKind.HEADER, "abcd", "X-Api-Key"), ("x-api-key", "abcd")),
    ],
)
def test_credential_goes_as_its_header(credential: Credential, header: tuple[str, str]):
    kept = credential.sealed_for(PLACE)
    assert opened_for(PLACE, kept) == credential
    with serving(answering()) as server:
        with GuardedClient(permit=permit_with(server.url, credential)) as client:
            client.get(f"{server.url}/x")
        assert f"{header[0]}: {header[1]}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize(
    ("kind", "secret", "name"),
    [
        ("bearer", "abc", ""), ("bearer", "", ""), ("bearer", "x" * 4001, ""),
        ("bearer", "abcd\r\nHost: other", ""), ("bearer", "abcdé", ""), ("bearer", " abcd", ""),
        ("bearer", "abcd\n", ""), ("bearer", "ab\0cd", ""), ("bearer", "abcd\u2028", ""),
        ("header", "abcd", ""), ("header", "abcd", "X Key"), ("header", "abcd", "X-Key:"),
        ("header", "abcd", "X-Key\r\nHost"), ("header", "abcd", "Host"),
        ("header", "abcd", "content-LENGTH"), ("header", "abcd", "Transfer-Encoding"),
        ("header", "abcd\r\n\r\nGET /", "X-Key"), ("header", "abcd", "x" * 101),
        ("basic", "S3cr3t", ""), ("basic", "S3cr3t", "a:b"), ("basic", "pass\nword", "ann"),
        ("basic", "S3cr3t", "a\0b"),
    ],
)  # fmt: skip
def test_credential_that_could_be_more_than_one_header_is_refused(kind, secret, name):
    with pytest.raises(ValueError) as caught:
        Credential(CredentialKind(kind), secret, name)
    assert str(caught.value).endswith(".")
    assert not secret.strip() or secret not in str(caught.value)


def test_sealed_credential_shows_nothing_and_differs_each_time():
    first, second = BEARER.sealed_for(PLACE), BEARER.sealed_for(PLACE)
    assert first != second
    for kept in (first, second):
        assert TOKEN not in kept
        assert TOKEN.encode() not in base64.urlsafe_b64decode(kept)


def test_sealed_credential_is_of_no_use_for_another_host():
    with pytest.raises(Blocked, match="was typed for another host"):
        opened_for("https://metrics.example.com:443", BEARER.sealed_for(PLACE))


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAA==", "é"])
def test_what_is_no_sealed_credential_is_a_sentence(broken: str):
    with pytest.raises(Blocked, match="can no longer be read"):
        opened_for(PLACE, broken)


def test_keys_are_rotated_and_an_old_key_that_is_gone_opens_nothing(settings):
    by_secret_key = BEARER.sealed_for(PLACE)
    old, new = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    settings.PORTAL_CREDENTIALS_KEYS = [old]
    assert opened_for(PLACE, by_secret_key) == BEARER
    by_old = BEARER.sealed_for(PLACE)
    settings.PORTAL_CREDENTIALS_KEYS = [new, old]
    assert opened_for(PLACE, by_old) == BEARER
    by_new = BEARER.sealed_for(PLACE)
    settings.PORTAL_CREDENTIALS_KEYS = [new]
    assert opened_for(PLACE, by_new) == BEARER
    with pytest.raises(Blocked):
        opened_for(PLACE, by_old)


def test_key_of_the_portal_itself_may_be_rotated(settings):
    kept = BEARER.sealed_for(PLACE)
    settings.SECRET_KEY_FALLBACKS = [django.SECRET_KEY]
    settings.SECRET_KEY = secrets.token_urlsafe(48)
    assert opened_for(PLACE, kept) == BEARER
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Blocked):
        opened_for(PLACE, kept)


def test_no_repr_says_the_secret():
    basic = Credential(CredentialKind.BASIC, "largest secret", "ann")
    permit = permit_with("https://metrics.example.org", basic)
    for thing in (BEARER, basic, permit, Connection(title="Metrics", sealed_credential="x")):
        for secret in (TOKEN, "largest secret", "ann", *basic.header):
            assert secret not in repr(thing)


def test_nothing_is_sent_to_another_host_that_a_redirect_names():
    with serving(answering()) as other, serving(redirecting("")) as server:
        for location in (
            f"http://localhost:{other.port}/", other.url, f"//127.0.0.1:{other.port}/",
            f"http://127.0.0.1:{server.port}@localhost:{other.port}/", f"https://127.0.0.1:{server.port}/",
        ):  # fmt: skip
            server.behave = redirecting(location)
            with GuardedClient(permit=permit_with(server.url)) as client, pytest.raises(Blocked):
                client.get(server.url)
        assert other.requests == []


def test_nothing_is_sent_beside_the_base_address_that_a_redirect_names():
    with serving(redirecting("/admin")) as server:
        permit = permit_with(f"{server.url}/api")
        for location in ("/admin", "../admin", "/api/%2e%2e/admin", "/apis", "/api/..;/admin"):
            server.behave = redirecting(location)
            server.requests.clear()
            with GuardedClient(permit=permit) as client, pytest.raises(Blocked):
                client.get(f"{server.url}/api/x")
            assert [one.split()[1] for one in server.requests] == [b"/api/x"]


def test_credential_goes_along_below_the_base_address():
    with serving(redirecting("/api/other")) as server:

        def behave(caller, said):
            again = len(server.requests) > 1
            (answering() if again else redirecting("/api/other"))(caller, said)

        server.behave = behave
        with GuardedClient(permit=permit_with(f"{server.url}/api")) as client:
            assert client.get(f"{server.url}/api/x").status == 200
        assert [f"Bearer {TOKEN}".encode() in one for one in server.requests] == [True, True]


def test_address_that_is_not_below_gets_neither_a_request_nor_a_credential():
    with serving(answering()) as other, serving(answering()) as server:
        with GuardedClient(permit=permit_with(server.url)) as client, pytest.raises(Blocked):
            client.get(other.url)
        assert other.requests == server.requests == []


def piecemeal(body: bytes, size: int) -> Behaviour:
    def behave(caller, server) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(body), size):
            part = body[start : start + size]
            caller.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        caller.sendall(b"0\r\n\r\n")

    return behave


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_server_that_says_the_secret_back_shows_a_mark_however_it_is_cut(size: int):
    body = json.dumps({"headers": {"Authorization": f"Bearer {TOKEN}"}, "ok": 1}).encode()
    with serving(piecemeal(body, size)) as server:
        answer = asked(server)
    assert json.loads(answer.body) == {"headers": {"Authorization": "Bearer [secret]"}, "ok": 1}


@pytest.mark.parametrize(
    "said",
    [
        TOKEN, TOKEN.replace("/", "\\/").replace('"', '\\"'),
        "tok%2Fen-%22of%22-%3Cthe%3E%26service",
        "tok/en-&quot;of&quot;-&lt;the&gt;&amp;service",
    ],
)  # fmt: skip
def test_secret_is_hidden_in_other_spellings_too(said: str):
    with serving(answering(200, f"<{said}>".encode())) as server:
        assert asked(server).body == b"<[secret]>"


def test_secret_in_headers_and_locations_is_hidden():
    credential = Credential(CredentialKind.BEARER, "abcdefgh")
    with (
        serving(answering(302, b"", "Location: /x?token=abcdefgh\r\nEcho: abcdefgh\r\n")) as server,
        GuardedClient(permit=permit_with(server.url, credential)) as client,
    ):
        answer = client.get(server.url, follow=False)
        assert answer.headers["echo"] == "[secret]"
        with pytest.raises(Trouble) as caught:
            client.get(server.url)
    assert "abcdefgh" not in caught.value.sentence


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\n%s \x01: x\r\n\r\n", b"%s\r\n\r\n", b"HTTP/1.1 9%s\r\n\r\n"]
)
def test_secret_in_what_is_not_http_is_hidden(answer: bytes):
    def behave(caller: Any, server: Any) -> None:
        caller.sendall(answer % b"abcdefgh")

    credential = Credential(CredentialKind.BEARER, "abcdefgh")
    with serving(behave) as server, pytest.raises(Trouble) as caught:
        asked(server, credential)
    assert "abcdefgh" not in caught.value.sentence
