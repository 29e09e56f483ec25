"""R8 for the HTTP kind: whatever cannot be evaluated is never passed, and says why."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from connections.addresses import Permit
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from gates.probes.http import HttpSettings, percentile_95
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

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def probe(
    settings: dict[str, Any], permit: Permit | None = None, condition: str = ""
) -> Measurement:
    return measure("http", settings, condition, Circumstances(now=NOW, permit=permit))


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
    with serving(behave) as server:
        found = probe({"url": server.url, "seconds": 1}, server.permit)
    assert found.outcome == outcome
    assert reason in found.reason
    assert found.target.startswith(server.url)
    assert found.probe_version == "http/2"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"url": "http://127.0.0.1/"}, "is not a public address"),
        ({"url": "http://169.254.169.254/latest"}, "is never allowed"),
        ({"url": "http://example.org:8080/"}, "Port 8080 needs a connection"),
        ({"url": "http://no-such-name.invalid/"}, "There is no address for the name"),
        ({"url": "/health"}, "is not a web address"),
        ({"url": ""}, "“Address” (url) of an HTTP gate must not be empty."),
        ({}, "An HTTP gate needs “Address” (url)."),
        ({"url": 7}, "“Address” (url) of an HTTP gate must be text."),
        (
            {"url": "http://example.org", "status": "200"},
            "“Expected status” (status) of an HTTP gate must be a whole number.",
        ),
        (
            {"url": "http://example.org", "seconds": 900},
            "“Time limit, s” (seconds) of an HTTP gate must be at most 20.",
        ),
        ({"url": "http://example.org", "path": "a[", "equals": "1"}, "is no JMESPath"),
        ({"url": "http://example.org", "equals": "UP"}, "are said together; say both of them"),
        ({"url": "http://example.org", "path": "state"}, "are said together; say both of them"),
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
    assert (found.outcome, found.unit) == ("good", "ms")
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
    assert (
        HttpSettings(url="/health").target(Circumstances(NOW, permit))
        == "http://10.0.0.9:8080/api/health"
    )


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        (b'{"db": {"state": "up"}}', "good", "answered 200"),
        (b'{"db": {"state": "down"}}', "bad", "db.state is “down”, needs “up”"),
        (b'{"db": {}}', "bad", "db.state is “null”, needs “up”"),
        (b'{"db": NaN}', "error", "The answer is no JSON: NaN is no number."),
        (b"<html>", "error", "The answer is no JSON"),
        (b"[" * 100_000, "error", "nested too deeply"),
        (b"", "error", "The answer is no JSON"),
    ],
)
def test_json_path_is_held_against_its_value(body, outcome, reason):
    with serving(answering(200, body)) as server:
        found = probe({"url": server.url, "path": "db.state", "equals": "up"}, server.permit)
    assert (found.outcome, reason in found.reason) == (outcome, True)


@pytest.mark.parametrize(
    ("condition", "outcome", "reason"),
    [
        ("answer_time p95 < 5 s", "good", "is less than 5 s"),
        ("answer_time < 1 ms", "bad", "needs less than 1 ms"),
        ("answer_time p99 < 5 s", "error", "“HTTP health” measures p95, not p99."),
        ("answer_time < 5 %", "error", "is a time and answer_time is judged as a share"),
    ],
)
def test_condition_is_judged_beside_the_answer(condition, outcome, reason):
    with serving(answering()) as server:
        found = probe({"url": server.url}, server.permit, condition)
    assert (found.outcome, found.threshold) == (
        outcome,
        f"status 200, {condition}" if outcome != "error" else found.threshold,
    )
    assert reason in found.reason, found.reason


def test_condition_never_makes_a_wrong_answer_good():
    with serving(answering(500)) as server:
        found = probe({"url": server.url}, server.permit, "answer_time < 10 s")
    assert found.outcome == "bad"
    assert found.reason.startswith("answered 500, needs 200; ")


def test_connection_s_credentials_are_sent_below_its_address():
    with serving(answering()) as server:
        permit = replace(server.permit, headers=(("authorization", "Bearer abc"),))
        probe({"url": "/x"}, permit)
        (request,) = server.requests
    assert b"authorization: bearer abc" in request.lower()
    assert "abc" not in repr(permit)
