"""R8 for the TLS kind: what a careful client would hang up on is never passed, and says why."""

from collections.abc import Callable
from datetime import timedelta
from ssl import SSLContext

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from connections.addresses import Permit
from gates.declared import Circumstances
from gates.measuring import measure
from tests.gates.certificates import EXPIRED, HERE, NOW, OF, OURS, issued, made, old_protocol, probe
from tests.servers import (
    LOOPBACK,
    babbling,
    closed_port,
    hanging_up,
    serving,
    shaking_hands,
    silent,
)

LATER = NOW + timedelta(days=3)
BAD: dict[str, tuple[Callable[[], SSLContext], str]] = {
    "expired": (lambda: issued(not_after=EXPIRED), f"{OF} expired on {EXPIRED:%Y-%m-%d}"),
    "not yet valid": (
        lambda: issued(not_before=LATER),
        f"{OF} is not valid before {LATER:%Y-%m-%d %H:%M} UTC",
    ),
    "wrong name": (
        lambda: issued("portal.example.org"),
        f"{OF} is for portal.example.org, not for {HERE}",
    ),
    "unknown authority": (
        lambda: issued(ca=trustme.CA()),
        f"{OF} is not trusted: unable to get local issuer certificate",
    ),
    "self-signed": (
        lambda: made(ec.generate_private_key(ec.SECP256R1()), signed_by_us=False),
        f"{OF} is self-signed",
    ),
    "weak RSA key": (
        lambda: made(rsa.generate_private_key(65537, 1024)),
        f"{OF} has an RSA key of 1024 bits, needs at least 2048",
    ),
    "old protocol": (old_protocol, f"{HERE} speaks TLSv1.1, needs TLS 1.2 or newer"),
}


@pytest.mark.parametrize("fault", BAD)
def test_certificate_that_a_careful_client_refuses_is_bad(fault: str):
    context, reason = BAD[fault]
    with shaking_hands(context()) as port:
        found = probe(port)
    assert (found.outcome, found.reason) == ("bad", reason)
    assert found.target == f"{HERE}:{port}"


@pytest.mark.parametrize("behave", [silent, babbling, hanging_up])
def test_server_without_tls_cannot_be_measured(behave):
    with serving(behave) as server:
        found = probe(server.port, seconds=1)
    assert (found.outcome, found.reason.startswith(f"{HERE}:{server.port} ")) == ("error", True)


def test_refused_connection_cannot_be_measured():
    port = closed_port()
    assert probe(port).reason == f"{HERE}:{port} could not be reached: the connection was refused."


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"host": HERE}, f"{HERE} may not be asked: {HERE} is not a public address."),
        ({"host": "::1"}, "::1 may not be asked: ::1 is not a public address."),
        (
            {"host": "example.org", "port": 8443},
            "Port 8443 needs a connection that an administrator declares;"
            " a typed host is asked on port 443.",
        ),
        (
            {"host": "example.org/x"},
            "“example.org/x” is not the name of a host, such as portal.example.org.",
        ),
        (
            {"host": "a@example.org"},
            "“a@example.org” is not the name of a host, such as portal.example.org.",
        ),
        (
            {"host": "example.org:22"},
            "“example.org:22” is not the name of a host, such as portal.example.org.",
        ),
        ({}, "A TLS gate needs “Host” (host)."),
    ],
)
def test_place_that_may_not_be_typed_is_an_error(settings, reason):
    found = measure("tls", settings, "", Circumstances(now=NOW))
    assert (found.outcome, found.reason) == ("error", reason)


def test_connection_opens_its_own_port_only():
    permit = Permit(f"https://{HERE}:8443", LOOPBACK)
    found = probe(9443, around=Circumstances(NOW, permit))
    assert found.outcome == "error"
    assert found.reason == f"{HERE}:9443 is not the connection's host and port, {HERE}:8443."


def test_good_certificate_is_good():
    with shaking_hands(issued(not_after=NOW + timedelta(days=90))) as port:
        found = probe(port)
    ends = NOW + timedelta(days=90)
    assert found.outcome == "good", found.reason
    assert found.reason == f"{OF} expires on {ends:%Y-%m-%d}, in 90 days"
    assert (found.value, found.unit, found.counts) == ("90", "", {"days_left": 90})


def test_certificate_that_ends_soon_is_a_warning():
    with shaking_hands(issued(not_after=NOW + timedelta(days=20))) as port:
        found = probe(port)
    assert found.outcome == "warn"
    assert found.reason.endswith(", in 20 days, a warning below 30 days")


@pytest.mark.parametrize(
    ("watch_in", "outcome", "said"),
    [
        (None, "bad", "7 days after now, needs more than 7 days"),
        (2, "bad", "5 days after the watch ends, needs more than 7 days"),
        (9, "bad", "before the watch ends, needs more than 7 days"),
        (-9, "bad", "7 days after now, needs more than 7 days"),
    ],
)
def test_certificate_must_outlive_the_watch_and_a_margin(watch_in, outcome, said):
    ends = None if watch_in is None else NOW + timedelta(days=watch_in)
    with shaking_hands(issued(not_after=NOW + timedelta(days=7))) as port:
        permit = Permit(f"https://{HERE}:{port}", LOOPBACK, authorities=OURS)
        found = probe(port, around=Circumstances(NOW, permit, watch_end=ends))
    assert (found.outcome, found.reason.partition(", ")[2]) == (outcome, said)


def test_condition_is_held_against_the_days_left():
    with shaking_hands(issued(not_after=NOW + timedelta(days=90))) as port:
        assert probe(port, "days_left > 60").outcome == "good"
        assert probe(port, "days_left > 100").outcome == "bad"
        assert probe(port, "bits > 100").outcome == "error"


def test_own_authorities_that_are_no_certificates_are_an_error():
    with shaking_hands(issued()) as port:
        permit = Permit(f"https://{HERE}:{port}", LOOPBACK, authorities="nonsense")
        found = probe(port, around=Circumstances(NOW, permit))
    assert found.reason == "The connection's own authorities are no certificates."
