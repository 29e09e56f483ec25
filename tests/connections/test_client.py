"""X6: what a person may type, and what the guarded client then really touches."""

import socket
from ipaddress import ip_network

import pytest

from connections.addresses import Permit, checked
from connections.client import GuardedClient
from connections.exceptions import Blocked, TooLarge, TooSlow, Trouble, Unreachable
from tests.servers import (
    LOOPBACK,
    answering,
    babbling,
    closed_port,
    dripping,
    dripping_headers,
    endless,
    hanging_up,
    redirecting,
    serving,
    silent,
)

NEVER_TYPED = [
    "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:6379/_INFO", "//example.org/",
    "javascript:alert(1)", "unix:///run/redis.sock", "http://", "https://", "example.org", "",
    "http://user:secret@example.org/", "http://127.0.0.1@example.org/", "http://example.org@10.0.0.1/",
    "http://example.org:8080/", "https://example.org:22/", "http://example.org:6379/",
    "http://example.org:0/", "http://example.org:99999/", "http://exa mple.org/",
    "http://example.org\\@127.0.0.1/", "http://example.org/\r\nHost: other", "http://[::1",
    "http://example.org/\x00", "http://①②⑦.⓪.⓪.①/", "http://" + "a" * 3000,
]  # fmt: skip

RESOLVES_INSIDE = [
    "http://127.0.0.1/", "http://localhost/", "http://LOCALHOST/", "http://127.1/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://0/",
    "http://0.0.0.0/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://100.100.100.200/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://127。0。0。1/",
    "https://127.0.0.1/", "http://[::]/", "http://224.0.0.1/", "http://255.255.255.255/",
]  # fmt: skip


@pytest.mark.parametrize("url", NEVER_TYPED)
def test_address_is_blocked_when_typed(url: str):
    with pytest.raises(Blocked) as caught:
        checked(url)
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize("url", RESOLVES_INSIDE)
def test_nothing_is_dialled_when_a_name_leads_inside(url: str):
    with GuardedClient(seconds=3) as client, pytest.raises(Blocked):
        client.get(url)


def test_every_answer_of_the_name_is_checked_before_one_is_dialled(monkeypatch):
    answers = [
        (socket.AF_INET, 1, 6, "", ("8.8.8.8", 80)),
        (socket.AF_INET, 1, 6, "", ("10.0.0.1", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with GuardedClient(seconds=1) as client, pytest.raises(Blocked, match=r"10\.0\.0\.1"):
        client.get("http://example.org/")


def test_name_is_resolved_once_and_the_checked_address_dialled(monkeypatch):
    """A name that changes its answer between check and dial gains nothing."""
    asked = []

    def rebinding(host: str, port: int, *args: object, **kwargs: object):
        if host == "service.test":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serving(answering()) as server:
        base = f"http://service.test:{server.port}"
        with GuardedClient(permit=Permit(base, LOOPBACK)) as client:
            assert client.get(base).status == 200
        assert asked == ["service.test"]
        assert f"host: service.test:{server.port}".encode() in server.requests[0].lower()


def test_declared_connection_reaches_its_private_port():
    with serving(answering(200, b"fine")) as server, GuardedClient(permit=server.permit) as client:
        answer = client.get(f"{server.url}/health")
    assert (answer.status, answer.body) == (200, b"fine")


def test_connection_without_a_permitted_range_does_not_reach_it():
    with serving(answering()) as server, GuardedClient(permit=Permit(server.url)) as client:
        with pytest.raises(Blocked):
            client.get(server.url)
        assert server.requests == []


DEEP = "%" + "25" * 9 + "2e"


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.9:8080/apis/x", "http://10.0.0.9:8080/", "http://10.0.0.9:9090/api/x",
        "https://10.0.0.9:8080/api/x", "http://10.0.0.9:8080/api/../admin",
        "http://10.0.0.9:8080/api/%2e%2e/admin", "http://10.0.0.9:8080/api/..%5cadmin",
        "http://10.0.0.8:8080/api/x", "http://10.0.0.9:8080/api/..;/admin",
        "http://10.0.0.9:8080/api/%2e%2e%3b/admin", "http://10.0.0.9:8080/api/..;x=1/admin",
        "http://10.0.0.9:8080/api/v1;x=1/y", "http://10.0.0.9:8080/api/%252e%252e/admin",
        "http://10.0.0.9:8080/api/%25252e%25252e/admin", "http://10.0.0.9:8080/api/．．/admin",
        "http://10.0.0.9:8080/api/%ef%bc%8e%ef%bc%8e/admin", "http://10.0.0.9:8080/api/%c0%ae%c0%ae/",
        "http://10.0.0.9:8080/api/%u002e%u002e/admin", "http://10.0.0.9:8080/api/..%252fadmin",
        f"http://10.0.0.9:8080/api/{DEEP}{DEEP}/admin",
    ],
)  # fmt: skip
def test_address_beside_the_connection_is_blocked(url: str):
    permit = Permit("http://10.0.0.9:8080/api", (ip_network("10.0.0.0/8"),))
    with pytest.raises(Blocked):
        checked(url, permit)


@pytest.mark.parametrize(
    "path", ["", "/", "/v1..2/x", "/a%20b", "/größe", "/x?next=..;/", "/100%25"]
)
def test_address_below_the_connection_is_allowed(path: str):
    permit = Permit("http://10.0.0.9:8080/api", (ip_network("10.0.0.0/8"),))
    assert checked(f"{permit.base_url}{path}", permit).host == "10.0.0.9"


def test_redirect_to_another_host_is_blocked():
    with serving(answering()) as other, serving(redirecting("")) as server:
        server.behave = redirecting(f"http://localhost:{other.port}/")
        permit = Permit(server.url, LOOPBACK)
        with GuardedClient(permit=permit) as client, pytest.raises(Blocked):
            client.get(server.url)
        assert other.requests == []


def test_redirect_to_another_port_of_the_host_is_blocked_under_a_connection():
    with serving(answering()) as other, serving(redirecting("")) as server:
        server.behave = redirecting(other.url)
        with GuardedClient(permit=server.permit) as client, pytest.raises(Blocked):
            client.get(server.url)
        assert other.requests == []


def test_redirect_within_the_host_is_followed_a_few_times():
    with serving(redirecting("/again")) as server, GuardedClient(permit=server.permit) as client:
        with pytest.raises(Unreachable, match="redirects more than 3 times"):
            client.get(server.url)
        assert len(server.requests) == 4


@pytest.mark.parametrize("behave", [silent, dripping, dripping_headers])
def test_deadline_ends_whatever_the_server_does(behave):
    with (
        serving(behave) as server,
        GuardedClient(permit=server.permit, seconds=0.5) as client,
        pytest.raises(TooSlow, match=r"within 0\.5 s"),
    ):
        client.get(server.url)


def test_long_answer_is_given_up():
    with serving(endless) as server, GuardedClient(permit=server.permit) as client:
        expected = pytest.raises(TooLarge, match="more than 1,048,576 bytes")
        with expected:
            client.get(server.url)


@pytest.mark.parametrize("behave", [babbling, hanging_up])
def test_what_is_not_http_is_unreachable(behave):
    with serving(behave) as server, GuardedClient(permit=server.permit) as client:
        expected = pytest.raises(Unreachable, match="broke off or sent what is not HTTP")
        with expected:
            client.get(server.url)


def test_refused_connection_says_so():
    url = f"http://127.0.0.1:{closed_port()}"
    with GuardedClient(permit=Permit(url, LOOPBACK)) as client, pytest.raises(Trouble) as caught:
        client.get(url)
    assert caught.value.sentence.endswith("could not be reached: the connection was refused.")


def test_proxy_of_the_environment_is_not_used(monkeypatch):
    with serving(answering()) as server, serving(answering()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with GuardedClient(permit=server.permit) as client:
            client.get(server.url)
        assert (len(server.requests), proxy.requests) == (1, [])
