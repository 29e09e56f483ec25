"""The TLS kind on what stands around a certificate: its keys, its intermediates, old protocols."""

from datetime import timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec

from connections import tls
from tests.gates.certificates import (
    CA,
    EXPIRED,
    HERE,
    NOW,
    OF,
    accepting_old,
    described,
    issued,
    made,
    made_with,
    probe,
    through,
)
from tests.servers import (
    shaking_hands,
)


def test_sha1_signature_is_bad():
    us = trustme.CA(key_type=trustme.KeyType.RSA)
    pem = us.issue_cert(HERE, key_type=trustme.KeyType.RSA).cert_chain_pems[0].bytes()
    der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    with_sha256, with_sha1 = (bytes.fromhex(f"2a864886f70d0101{end}") for end in ("0b", "05"))
    assert described(der.replace(with_sha256, with_sha1)).reason == (
        f"{OF} is signed with SHA1, which is broken"
    )


def test_dsa_key_is_bad():
    certificate = made_with(dsa.generate_private_key(2048))
    assert described(certificate).reason == f"{OF} has a DSA key, needs RSA or an elliptic curve"


def test_short_elliptic_key_is_bad():
    certificate = made_with(ec.generate_private_key(ec.SECP192R1()))
    reason = f"{OF} has an elliptic key of 192 bits, needs at least 256"
    assert described(certificate).reason == reason


def test_short_elliptic_key_that_no_client_speaks_is_never_passed():
    with shaking_hands(made(ec.generate_private_key(ec.SECP192R1()))) as port:
        found = probe(port)
    assert found.outcome == "error"


# --- what is sent above the certificate -------------------------------------------------------

BETWEEN = f"the intermediate Between above the certificate of {HERE}"


def test_intermediate_that_is_valid_long_enough_is_told_and_its_root_is_not_judged():
    ends = NOW + timedelta(days=400)
    with shaking_hands(through(ends)) as port:
        found = probe(port)
    assert (found.outcome, found.counts) == ("good", {"days_left": 90})
    assert found.details[-2] == f"intermediate Between, valid to {ends:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("days", "outcome", "reason"),
    [
        (
            5, "bad", f"{BETWEEN} expires on {NOW + timedelta(days=5):%Y-%m-%d}, 5 days after now,"
            " needs more than 7 days",
        ),
        (
            20, "warn", f"{BETWEEN} expires on {NOW + timedelta(days=20):%Y-%m-%d}, in 20 days,"
            " a warning below 30 days",
        ),
    ],
)  # fmt: skip
def test_intermediate_is_held_against_the_same_times(days, outcome, reason):
    with shaking_hands(through(NOW + timedelta(days=days))) as port:
        found = probe(port)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_intermediate_that_expired_is_bad_and_named():
    with shaking_hands(through(EXPIRED, EXPIRED - timedelta(days=9))) as port:
        found = probe(port)
    assert (found.outcome, found.reason) == (
        "bad", f"{OF} is not trusted: certificate has expired",
    )  # fmt: skip
    assert f"{BETWEEN} expired on {EXPIRED:%Y-%m-%d}" in found.details


def test_chain_that_python_does_not_tell_is_said_not_to_be_looked_at():
    leaf = CA.issue_cert(HERE, not_after=NOW + timedelta(days=90)).cert_chain_pems[0].bytes()
    der = x509.load_pem_x509_certificate(leaf).public_bytes(serialization.Encoding.DER)
    assert described(der).details[-1].startswith("intermediates: not looked at")


# --- old protocols ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "outcome", "said"),
    [
        ("fail", "bad", f"{HERE} still accepts TLS 1.0 or 1.1"),
        ("warn", "warn", f"{HERE} still accepts TLS 1.0 or 1.1"),
        ("ignore", "good", f"{OF} expires on "),
    ],
)
def test_old_protocol_that_is_still_accepted_is_as_grave_as_it_was_set(wanted, outcome, said):
    with shaking_hands(accepting_old()) as port:
        found = probe(port, old_protocols=wanted)
    assert (found.outcome, found.reason[: len(said)]) == (outcome, said)
    looked = "TLS 1.0 or 1.1: not looked at" not in found.details
    assert looked == (wanted != "ignore")


def test_server_that_refuses_old_protocols_is_good():
    with shaking_hands(issued(not_after=NOW + timedelta(days=90))) as port:
        found = probe(port, old_protocols="fail")
    assert (found.outcome, found.details[-1]) == ("good", "TLS 1.0 or 1.1: refused")


def test_machine_that_cannot_speak_old_protocols_passes_nothing(monkeypatch):
    """Its own OpenSSL sends nothing, which is no refusal of the server."""
    unable = SSLContext(PROTOCOL_TLS_CLIENT)
    unable.check_hostname = False
    unable.set_ciphers("AESGCM")  # of TLS 1.2; nothing older has it
    monkeypatch.setattr(tls, "OLD_ONLY", tls.limited_to_old(unable))
    with shaking_hands(accepting_old()) as port:
        found = probe(port, old_protocols="fail")
    assert (found.outcome, found.reason) == (
        "error", "The OpenSSL of this machine cannot speak old TLS.",
    )  # fmt: skip
