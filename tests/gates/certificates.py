"""Servers with certificates of every kind, and the gate that looks at them."""

import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from ssl import SSLContext, TLSVersion
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connections.addresses import Permit
from connections.tls import Shown
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from gates.probes.tls import TlsSettings, judged
from tests.servers import (
    LOOPBACK,
    tls_context,
)

NOW = datetime.now(UTC).replace(microsecond=0)
CA = trustme.CA()
OURS = CA.cert_pem.bytes().decode()
HERE = "127.0.0.1"
EXPIRED = NOW - timedelta(days=3)


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


OF = f"the certificate of {HERE}"


def described(certificate: bytes) -> Measurement:
    return judged(Shown(certificate, "TLSv1.3"), TlsSettings(host=HERE), Circumstances(NOW))


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
