"""R8 for the TLS kind: what a careful client would hang up on is never passed, and says why."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, TLSVersion
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from connections import tls
from connections.addresses import Permit
from connections.tls import Shown
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from gates.probes.tls import TlsSettings, judged
from tests.servers import (
    LOOPBACK,
    babbling,
    closed_port,
    hanging_up,
    serving,
    shaking_hands,
    silent,
    tls_context,
)

NOW = datetime.now(UTC).replace(microsecond=0)
CA = trustme.CA()
OURS = CA.cert_pem.bytes().decode()
HERE = "127.0.0.1"


def probe(
    port: int, condition: str = "", around: Circumstances | None = None, **settings: Any
) -> Measurement:
    permit = Permit(f"https://{HERE}:{port}", LOOPBACK, authorities=OURS)
    known = around or Circumstances(now=NOW, permit=permit)
    given = {"host": HERE, "port": port, "seconds": 2, **settings}
    return measure("tls", given, condition, known)


def issued(name: str = HERE, ca: trustme.CA = CA, **said: Any) -> SSLContext:
    leaf = ca.issue_cert(name, **said)
    return tls_context(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())


def made(key: Any, *, signed_by_us: bool = True) -> SSLContext:
    """A certificate with a key of one's own, signed by our authority or by itself."""
    us = serialization.load_pem_private_key(CA.private_key_pem.bytes(), None)
    issuer = x509.load_pem_x509_certificate(CA.cert_pem.bytes()).subject
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HERE)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer if signed_by_us else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
        .add_extension(names, critical=False)
    )
    signer: Any = us if signed_by_us else key
    certificate = built.sign(signer, hashes.SHA256())
    return tls_context(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def old_protocol() -> SSLContext:
    context = issued()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = TLSVersion.TLSv1
        context.maximum_version = TLSVersion.TLSv1_1
    return context


def through(ends: datetime, begins: datetime = NOW - timedelta(days=1)) -> SSLContext:
    """A certificate for 90 days below an intermediate with these times, which is sent with it."""
    us: Any = serialization.load_pem_private_key(CA.private_key_pem.bytes(), None)
    issuer = x509.load_pem_x509_certificate(CA.cert_pem.bytes()).subject
    between, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Between")])
    above = (
        x509.CertificateBuilder(issuer, name, between.public_key(), 7, begins, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(us, hashes.SHA256())
    )
    own = (
        x509.CertificateBuilder(name, x509.Name([]), key.public_key(), 8)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))]), True)
        .sign(between, hashes.SHA256())
    )
    root = CA.cert_pem.bytes()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return tls_context(own.public_bytes(pem) + above.public_bytes(pem) + root, private)


def accepting_old() -> SSLContext:
    """Speaks TLS 1.3 with who asks for it, and 1.0 with who does not."""
    context = issued(not_after=NOW + timedelta(days=90))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = TLSVersion.TLSv1
    return context


EXPIRED = NOW - timedelta(days=3)
LATER = NOW + timedelta(days=3)
OF = f"the certificate of {HERE}"
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


def described(certificate: bytes) -> Measurement:
    return judged(Shown(certificate, "TLSv1.3"), TlsSettings(host=HERE), Circumstances(NOW))


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


def made_with(key: Any) -> bytes:
    us: Any = serialization.load_pem_private_key(CA.private_key_pem.bytes(), None)
    name = x509.Name([])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
        .add_extension(names, critical=True)
        .sign(us, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


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
