"""One certificate as a person would read it: its names, its times, and what is weak in it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from gates.probes.documents import Unreadable

LEAST_RSA_BITS = 2048
LEAST_EC_BITS = 256
BROKEN_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


@dataclass(frozen=True)
class Certificate:
    """What the verdict rests on; times are UTC."""

    der: bytes
    parsed: x509.Certificate
    weakness: str

    @property
    def begins(self) -> datetime:
        return self.parsed.not_valid_before_utc

    @property
    def ends(self) -> datetime:
        return self.parsed.not_valid_after_utc

    @property
    def is_its_own_issuer(self) -> bool:
        return self.parsed.issuer == self.parsed.subject

    @property
    def names(self) -> list[str]:
        try:
            found = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return []
        hosts = found.value.get_values_for_type(x509.DNSName)
        return [*hosts, *map(str, found.value.get_values_for_type(x509.IPAddress))]

    @property
    def called(self) -> str:
        """The common name, or all of the subject where there is none."""
        for one in self.parsed.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME):
            return str(one.value)
        return self.parsed.subject.rfc4514_string() or "without a name"

    @property
    def described(self) -> tuple[str, ...]:
        return (
            f"names: {', '.join(self.names) or 'none'}",
            f"issued by {self.parsed.issuer.rfc4514_string() or 'nobody'}",
            f"valid from {self.begins:%Y-%m-%d %H:%M} to {self.ends:%Y-%m-%d %H:%M} UTC",
            f"SHA-256 {hashlib.sha256(self.der).hexdigest()}",
        )


def read(der: bytes) -> Certificate:
    """Raises `Unreadable` for what is no certificate, or a malformed one."""
    try:
        parsed = x509.load_der_x509_certificate(der)
        found = Certificate(der, parsed, _weakness(parsed))
        _ = found.called, found.described  # every part, while what is malformed can still be told
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise Unreadable(f"The certificate cannot be read: {error}.") from error
    return found


def is_for(host: str, names: list[str]) -> bool:
    """Whether one of the names is the host's; a star stands for the first label only.

    OpenSSL judges the same for a trusted certificate; this tells it of one that is not.
    """
    asked = _ascii(host)
    return any(
        _ascii(name) == asked
        or (name.startswith("*.") and asked.partition(".")[2] == _ascii(name[2:]))
        for name in names
    )


def _ascii(host: str) -> str:
    plain = host.rstrip(".").lower()
    try:
        return str(ip_address(plain))
    except ValueError:
        pass
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def _weakness(certificate: x509.Certificate) -> str:
    """What is weak in the server's own key or signature, as the end of a sentence."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        return f"has an RSA key of {key.key_size} bits, needs at least {LEAST_RSA_BITS}"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < LEAST_EC_BITS:
        return f"has an elliptic key of {key.key_size} bits, needs at least {LEAST_EC_BITS}"
    if isinstance(key, dsa.DSAPublicKey):
        return "has a DSA key, needs RSA or an elliptic curve"
    made_with = certificate.signature_hash_algorithm
    if made_with is not None and made_with.name in BROKEN_HASHES:
        return f"is signed with {made_with.name.upper()}, which is broken"
    if isinstance(
        key,
        rsa.RSAPublicKey
        | ec.EllipticCurvePublicKey
        | ed25519.Ed25519PublicKey
        | ed448.Ed448PublicKey,
    ):
        return ""
    return "has a key that no server should have"
