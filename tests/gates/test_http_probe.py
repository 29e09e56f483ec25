"""R8 for the HTTP kind: whatever cannot be evaluated is never passed, and says why."""

import time
from ipaddress import ip_network

import pytest

from connections.addresses import Permit
from gates.probes.http import HttpSettings, percentile_95, probe
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
    slow,
)

FAULTS = {
    "time-out": (silent, "error", "gave no whole answer within 1 s."),
    "slow drip": (dripping, "error", "gave no whole answer within 1 s."),
    "slow headers": (dripping_headers, "error", "gave no whole answer within 1 s."),
    "huge body": (endless, "error", "sent more than 1,048,576 bytes."),
    "no HTTP": (babbling, "error", "broke off or sent what is not HTTP"),
    "hangs up": (hanging_up, "error", "broke off or sent what is not HTTP"),
    "redirect elsewhere": (redirecting("http://10.0.0.1/"), "error", "is not below"),
    "redirect for ever": (redirecting("/"), "error", "redirects more than 3 times."),
    "compressed": (
        answering(200, b"\x1f\x8b", "Content-Encoding: gzip\r\n"),
        "error",
        "sent a compressed answer that nobody asked for.",
    ),
    "500": (answering(500), "bad", "answered 500, needs 200"),
    "503": (answering(503), "bad", "answered 503, needs 200"),
    "404": (answering(404), "bad", "answered 404, needs 200"),
    "204": (answering(204, b""), "bad", "answered 204, needs 200"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_server_is_never_good(fault: str):
    behave, outcome, reason = FAULTS[fault]
    began = time.monotonic()
    with serving(behave) as server:
        found = probe({"url": server.url, "seconds": 1}, server.permit)
        assert time.monotonic() - began < 3
    assert found.outcome == outcome
    assert reason in found.reason
    assert found.target.startswith(server.url)
    assert found.probe_version == "http/1"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"url": "http://127.0.0.1/"}, "is not a public address"),
        ({"url": "http://169.254.169.254/latest"}, "is never allowed"),
        ({"url": "http://example.org:8080/"}, "Port 8080 needs a connection"),
        ({"url": "http://no-such-name.invalid/"}, "There is no address for the name"),
        ({"url": "/health"}, "is not a web address"),
        ({"url": ""}, "needs an address"),
        ({}, "needs an address"),
        ({"url": 7}, "needs an address"),
        ({"url": "http://example.org", "status": "200"}, "The expected status is a whole number"),
        ({"url": "http://example.org", "seconds": 900}, "The time limit in seconds"),
        ({"url": "http://example.org", "method": "POST"}, "has no setting “method”"),
    ],
)
def test_blocked_address_or_bad_setting_is_an_error(settings, reason):
    found = probe(settings, None)
    assert (found.outcome, reason in found.reason) == ("error", True)


def test_refused_connection_is_an_error():
    url = f"http://127.0.0.1:{closed_port()}"
    found = probe({"url": url}, Permit(url, LOOPBACK))
    assert found.outcome == "error"
    assert found.reason.endswith("the connection was refused.")


def test_right_answer_is_good():
    with serving(answering(200, b'{"status": "ok"}')) as server:
        found = probe({"url": "/health", "contains": '"ok"'}, server.permit)
    assert (found.outcome, found.value) == ("good", "200")
    assert found.threshold == 'status 200, text “"ok"”'
    assert found.target == f"{server.url}/health"


def test_answer_without_the_text_is_bad():
    with serving(answering(200, b"starting")) as server:
        found = probe({"url": server.url, "contains": "ready"}, server.permit)
    assert (found.outcome, found.reason) == ("bad", "the answer does not contain “ready”")


def test_expected_redirect_is_judged_and_not_followed():
    with serving(redirecting("http://10.0.0.1/")) as server:
        found = probe({"url": server.url, "status": 302}, server.permit)
    assert (found.outcome, len(server.requests)) == ("good", 1)


def test_slow_answers_break_the_p95_limit():
    with serving(slow(0.1)) as server:
        wanted = {"url": server.url, "requests": 3, "p95_ms": 50, "seconds": 5}
        found = probe(wanted, server.permit)
    assert (found.outcome, found.unit, len(server.requests)) == ("bad", "ms", 3)
    assert int(found.value) >= 100


def test_fast_answers_keep_the_p95_limit():
    with serving(answering()) as server:
        wanted = {"url": server.url, "requests": 5, "p95_ms": 2000}
        found = probe(wanted, server.permit)
    assert (found.outcome, found.threshold) == ("good", "status 200, p95 ≤ 2000 ms over 5")


def test_one_wrong_answer_of_many_is_bad():
    with serving(answering()) as server:

        def second_fails(caller, server):
            answering(500 if len(server.requests) == 2 else 200)(caller, server)

        server.behave = second_fails
        found = probe({"url": server.url, "requests": 3}, server.permit)
    assert found.outcome == "bad"


def test_percentile_takes_the_nearest_rank():
    assert percentile_95([n / 1000 for n in range(1, 21)]) == 19
    assert percentile_95([0.0101]) == 11


def test_path_stays_below_the_connection():
    permit = Permit("http://10.0.0.9:8080/api", (ip_network("10.0.0.0/8"),))
    assert HttpSettings("/health").target(permit) == "http://10.0.0.9:8080/api/health"
