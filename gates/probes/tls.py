"""Looks at a server's certificate: trusted, for this name, strong, and valid long enough."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from pydantic import Field

from connections.addresses import checked_place, port_of
from connections.tls import Shown, shown
from gates.declared import Circumstances, Number, Probed, Settings
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable
from gates.schedules import CERTIFICATE

LEAST_RSA_BITS = 2048
LEAST_EC_BITS = 256
BROKEN_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
GOOD_PROTOCOLS = frozenset({"TLSv1.2", "TLSv1.3"})


class TlsSettings(Settings):
    """`margin_days` count from the end of the watch, `warn_days` from now."""

    called = "A TLS gate"

    host: str = Field(
        title="Host", min_length=1, max_length=253, description="Such as portal.example.org."
    )
    port: int = Field(
        default=443,
        title="Port",
        ge=1,
        le=65535,
        description="Another one than 443 needs a connection.",
    )
    connection: str = Field(
        default="",
        title="Connection",
        max_length=60,
        description="Declared by an administrator with this host and port, for private addresses,"
        " other ports and an authority of one's own.",
    )
    margin_days: int = Field(
        default=7,
        title="Valid for so many days after the watch",
        ge=0,
        le=3650,
        description="Counted from now where no time is planned.",
    )
    warn_days: int = Field(default=30, title="Warn below so many days from now", ge=0, le=3650)
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=20)

    def target(self, around: Circumstances) -> str:
        place = checked_place(self.host, self.port, around.permit)
        return f"{place.host}:{port_of(place)}"

    @property
    def threshold(self) -> str:
        return f"trusted, strong, and valid for {_days(self.margin_days)} after the watch"


def probe(wanted: TlsSettings, around: Circumstances) -> Measurement:
    """One look at the certificate; no handshake at all raises `Trouble`."""
    wanted.target(around)
    seen = shown(wanted.host, wanted.port, permit=around.permit, seconds=wanted.seconds)
    return judged(seen, wanted, around)


def judged(seen: Shown, wanted: TlsSettings, around: Circumstances) -> Measurement:
    """The verdict on what a server showed; raises `Unreadable` for what is no certificate."""
    read = _read(seen)
    faults = list(_faults(read, wanted, around))
    days = (read.ends - around.now) // timedelta(days=1)
    outcome, reason = _verdict(read, faults, days, wanted)
    return Measurement(
        outcome,
        reason,
        value=str(days),
        threshold=wanted.threshold,
        counts={"days_left": days},
        details=(*faults[1:], *read.described),
    )


def _verdict(
    read: "Certificate", faults: list[str], days: int, wanted: TlsSettings
) -> tuple[str, str]:
    if faults:
        return "bad", faults[0]
    said = f"the certificate of {wanted.host} expires on {read.ends:%Y-%m-%d}, in {_days(days)}"
    if days < wanted.warn_days:
        return "warn", f"{said}, a warning below {_days(wanted.warn_days)}"
    return "good", said


@dataclass(frozen=True)
class Certificate:
    """What the verdict rests on; times are UTC."""

    shown: Shown
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
    def described(self) -> tuple[str, ...]:
        return (
            f"names: {', '.join(self.names) or 'none'}",
            f"issued by {self.parsed.issuer.rfc4514_string() or 'nobody'}",
            f"valid from {self.begins:%Y-%m-%d %H:%M} to {self.ends:%Y-%m-%d %H:%M} UTC",
            f"SHA-256 {hashlib.sha256(self.shown.certificate).hexdigest()}",
            f"protocol {self.shown.protocol}",
        )


def _read(seen: Shown) -> Certificate:
    try:
        parsed = x509.load_der_x509_certificate(seen.certificate)
        found = Certificate(seen, parsed, _weakness(parsed))
        _ = found.described  # reads every part, while what is malformed can still be told
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise Unreadable(f"The certificate cannot be read: {error}.") from error
    return found


def _faults(read: Certificate, wanted: TlsSettings, around: Circumstances) -> Iterator[str]:
    """All that is wrong, the gravest first."""
    whose = f"the certificate of {wanted.host}"
    if read.ends <= around.now:
        yield f"{whose} expired on {read.ends:%Y-%m-%d}"
    if read.begins > around.now:
        yield f"{whose} is not valid before {read.begins:%Y-%m-%d %H:%M} UTC"
    if not _is_for(wanted.host, read.names):
        yield f"{whose} is for {', '.join(read.names[:5]) or 'no name'}, not for {wanted.host}"
    if read.shown.distrust and read.is_its_own_issuer:
        yield f"{whose} is self-signed"
    if read.weakness:
        yield f"{whose} {read.weakness}"
    if read.shown.protocol not in GOOD_PROTOCOLS:
        yield f"{wanted.host} speaks {read.shown.protocol}, needs TLS 1.2 or newer"
    if read.shown.distrust:
        yield f"{whose} is not trusted: {read.shown.distrust}"
    if late := _too_short(read, wanted, around):
        yield f"{whose} {late}"


def _too_short(read: Certificate, wanted: TlsSettings, around: Circumstances) -> str:
    watched = max(around.watch_end or around.now, around.now)
    if around.now < read.ends <= watched + timedelta(days=wanted.margin_days):
        since = "the watch ends" if watched > around.now else "now"
        left = (read.ends - watched) // timedelta(days=1)
        stands = f"{_days(left)} after {since}" if left >= 0 else "before the watch ends"
        needs = f"needs more than {_days(wanted.margin_days)}"
        return f"expires on {read.ends:%Y-%m-%d}, {stands}, {needs}"
    return ""


def _is_for(host: str, names: list[str]) -> bool:
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


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


KIND = Probed(
    kind=Kind.TLS,
    asks="Is the certificate trusted, strong, and valid beyond the watch?",
    settings=TlsSettings,
    schedule=CERTIFICATE,
    version="tls/1",
    numbers={"days_left": Number("", "whole days until the certificate expires")},
    red=(
        "expired, not yet valid, or expiring before the watch's end and the margin",
        "for another name, self-signed, or of an authority that is not trusted",
        "a DSA key, an RSA key below 2048 bits, an elliptic one below 256; SHA-1 or MD5",
        "a protocol older than TLS 1.2",
        "a warning: it expires in less than the days set for it",
        "could not be measured: no handshake in time, refused, blocked address, no TLS there",
    ),
    probe=probe,
)
