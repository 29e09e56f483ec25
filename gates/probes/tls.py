"""Looks at a server's certificate: trusted, for this name, strong, and valid long enough."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from connections.addresses import checked_place, port_of
from connections.tls import Shown, shown, takes_old
from gates.declared import Circumstances, Number, Probed, Settings
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes import certificates
from gates.probes.certificates import Certificate, is_for
from gates.schedules import CERTIFICATE

OLD = "TLS 1.0 or 1.1"
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
    old_protocols: Literal["ignore", "warn", "fail"] = Field(
        default="ignore",
        title="Where TLS 1.0 or 1.1 is accepted",
        description="Looked at with a second handshake, unless ignored.",
    )
    seconds: int = Field(
        default=10, title="Time limit, s", ge=1, le=20, description="Of each handshake."
    )

    def target(self, around: Circumstances) -> str:
        place = checked_place(self.host, self.port, around.permit)
        return f"{place.host}:{port_of(place)}"

    @property
    def threshold(self) -> str:
        return f"trusted, strong, and valid for {_days(self.margin_days)} after the watch"


def probe(wanted: TlsSettings, around: Circumstances) -> Measurement:
    """One look at the certificates, one more for old protocols; no handshake raises `Trouble`."""
    wanted.target(around)
    place: dict[str, Any] = {"permit": around.permit, "seconds": wanted.seconds}
    found = judged(shown(wanted.host, wanted.port, **place), wanted, around)
    if wanted.old_protocols == "ignore":
        return replace(found, details=(*found.details, f"{OLD}: not looked at"))
    if found.outcome == "bad":
        return found
    if not takes_old(wanted.host, wanted.port, **place):
        return replace(found, details=(*found.details, f"{OLD}: refused"))
    outcome = "bad" if wanted.old_protocols == "fail" else "warn"
    reason = f"{wanted.host} still accepts {OLD}"
    return replace(found, outcome=outcome, reason=reason, details=(found.reason, *found.details))


def judged(seen: Shown, wanted: TlsSettings, around: Circumstances) -> Measurement:
    """The verdict on what a server showed; raises `Unreadable` for what is no certificate."""
    own = certificates.read(seen.certificate)
    above = [one for one in map(certificates.read, seen.chain or ()) if not one.is_its_own_issuer]
    faults = list(_faults(own, seen, wanted, around))
    faults += [fault for one in above for fault in _faults_above(one, wanted, around)]
    days = _days_left(own, around)
    outcome, reason = _verdict(own, above, faults, wanted, around)
    return Measurement(
        outcome,
        reason,
        value=str(days),
        threshold=wanted.threshold,
        counts={"days_left": days},
        details=(*faults[1:], *own.described, f"protocol {seen.protocol}", *_chain(seen, above)),
    )


def _verdict(
    own: Certificate,
    above: list[Certificate],
    faults: list[str],
    wanted: TlsSettings,
    around: Circumstances,
) -> tuple[str, str]:
    if faults:
        return "bad", faults[0]
    for one in (own, *above):
        days = _days_left(one, around)
        if days < wanted.warn_days:
            said = f"{_whose(one, own, wanted)} expires on {one.ends:%Y-%m-%d}, in {_days(days)}"
            return "warn", f"{said}, a warning below {_days(wanted.warn_days)}"
    days = _days_left(own, around)
    return "good", f"{_whose(own, own, wanted)} expires on {own.ends:%Y-%m-%d}, in {_days(days)}"


def _whose(one: Certificate, own: Certificate, wanted: TlsSettings) -> str:
    between = "" if one is own else f"intermediate {one.called} above the "
    return f"the {between}certificate of {wanted.host}"


def _chain(seen: Shown, above: list[Certificate]) -> tuple[str, ...]:
    if seen.chain is None:
        return ("intermediates: not looked at, this Python does not tell them",)
    if not above:
        return ("intermediates: none is sent",)
    return tuple(f"intermediate {one.called}, valid to {one.ends:%Y-%m-%d}" for one in above)


def _days_left(one: Certificate, around: Circumstances) -> int:
    return (one.ends - around.now) // timedelta(days=1)


def _faults(
    own: Certificate, seen: Shown, wanted: TlsSettings, around: Circumstances
) -> Iterator[str]:
    """All that is wrong with the server's own, the gravest first."""
    whose = f"the certificate of {wanted.host}"
    yield from _untimely(own, whose, around)
    if not is_for(wanted.host, own.names):
        yield f"{whose} is for {', '.join(own.names[:5]) or 'no name'}, not for {wanted.host}"
    if seen.distrust and own.is_its_own_issuer:
        yield f"{whose} is self-signed"
    if own.weakness:
        yield f"{whose} {own.weakness}"
    if seen.protocol not in GOOD_PROTOCOLS:
        yield f"{wanted.host} speaks {seen.protocol}, needs TLS 1.2 or newer"
    if seen.distrust:
        yield f"{whose} is not trusted: {seen.distrust}"
    if late := _too_short(own, wanted, around):
        yield f"{whose} {late}"


def _faults_above(one: Certificate, wanted: TlsSettings, around: Circumstances) -> Iterator[str]:
    """Of an intermediate only its time is judged: some client will build its path over it."""
    whose = f"the intermediate {one.called} above the certificate of {wanted.host}"
    yield from _untimely(one, whose, around)
    if late := _too_short(one, wanted, around):
        yield f"{whose} {late}"


def _untimely(one: Certificate, whose: str, around: Circumstances) -> Iterator[str]:
    if one.ends <= around.now:
        yield f"{whose} expired on {one.ends:%Y-%m-%d}"
    if one.begins > around.now:
        yield f"{whose} is not valid before {one.begins:%Y-%m-%d %H:%M} UTC"


def _too_short(read: Certificate, wanted: TlsSettings, around: Circumstances) -> str:
    watched = max(around.watch_end or around.now, around.now)
    if around.now < read.ends <= watched + timedelta(days=wanted.margin_days):
        since = "the watch ends" if watched > around.now else "now"
        left = (read.ends - watched) // timedelta(days=1)
        stands = f"{_days(left)} after {since}" if left >= 0 else "before the watch ends"
        needs = f"needs more than {_days(wanted.margin_days)}"
        return f"expires on {read.ends:%Y-%m-%d}, {stands}, {needs}"
    return ""


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


KIND = Probed(
    kind=Kind.TLS,
    asks="Is the certificate trusted, strong, and valid beyond the watch?",
    settings=TlsSettings,
    schedule=CERTIFICATE,
    version="tls/2",
    numbers={"days_left": Number("", "whole days until the certificate expires")},
    red=(
        "expired, not yet valid, or expiring before the watch's end and the margin",
        "for another name, self-signed, or of an authority that is not trusted",
        "a DSA key, an RSA key below 2048 bits, an elliptic one below 256; SHA-1 or MD5",
        "a protocol older than TLS 1.2; one that is still accepted, where that shall fail",
        "an intermediate that the server sends expires too early; a root that it sends is not used",
        "a warning: it or an intermediate expires in less than the days set for it",
        "could not be measured: no handshake in time, refused, blocked address, no TLS there",
    ),
    probe=probe,
)
