"""Shakes hands with a server that was checked, to see the certificate it shows."""

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from connections.addresses import Permit, checked_place, port_of
from connections.dialling import Deadline, GuardedBackend
from connections.exceptions import TooSlow, Unreachable

# Reasons of OpenSSL for sending nothing at all.
OURS = frozenset({"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"})


@dataclass(frozen=True)
class Shown:
    """A server's own certificate in DER and the protocol spoken.

    `distrust` is why a client would hang up, in OpenSSL's words; empty for a trusted server.
    `chain` is what the server sends above its own; None where this Python does not tell it.
    """

    certificate: bytes
    protocol: str
    distrust: str = ""
    chain: tuple[bytes, ...] | None = None


def shown(host: str, port: int, *, permit: Permit | None = None, seconds: float = 10) -> Shown:
    """What the server shows to a careful client, and to a careless one where that hangs up.

    The second look is at the same address and only explains; nothing is sent to either. Raises
    `Blocked`, `Unreachable` or `TooSlow`.
    """
    place = checked_place(host, port, permit)
    name = place.raw_host.decode("ascii")
    careful = trusting(permit.authorities if permit else "")
    backend = GuardedBackend(Deadline.after(seconds), permit.networks if permit else ())
    with _telling(f"{place.host}:{port_of(place)}", seconds):
        stream = backend.connect_tcp(name, port)
        address = str(stream.get_extra_info("server_addr")[0])
        try:
            return _seen(stream, careful, name)
        except httpcore.ConnectError as error:
            if not isinstance(error.__context__, ssl.SSLError):
                raise
            distrust = _why(error.__context__)
        return _seen(backend.connect_tcp(address, port), _careless(), name, distrust)


def _seen(
    stream: httpcore.NetworkStream, context: ssl.SSLContext, name: str, distrust: str = ""
) -> Shown:
    secured = stream.start_tls(context, name)
    try:
        handshake: ssl.SSLSocket = secured.get_extra_info("socket")
        certificate = handshake.getpeercert(binary_form=True) or b""
        return Shown(certificate, handshake.version() or "", distrust, _above(handshake))
    finally:
        secured.close()


def _above(handshake: Any) -> tuple[bytes, ...] | None:
    """All that was sent but the first; Python has a public call for it from 3.13 on."""
    is_public = hasattr(handshake, "get_unverified_chain")
    asked = handshake if is_public else handshake._sslobj  # noqa: SLF001
    if not hasattr(asked, "get_unverified_chain"):
        return None
    sent = asked.get_unverified_chain() or ()
    return tuple(_der(one) for one in list(sent)[1:])


def _der(one: Any) -> bytes:
    if isinstance(one, bytes):
        return one
    return ssl.PEM_cert_to_DER_cert(one.public_bytes())


def takes_old(host: str, port: int, *, permit: Permit | None = None, seconds: float = 10) -> bool:
    """Whether the server still speaks TLS 1.1 or older, when asked for nothing newer.

    A refusal and a line that is cut are a no; raises `Unreachable`, `TooSlow` or `Blocked` where
    nobody can tell.
    """
    place = checked_place(host, port, permit)
    name = place.raw_host.decode("ascii")
    backend = GuardedBackend(Deadline.after(seconds), permit.networks if permit else ())
    with _telling(f"{place.host}:{port_of(place)}", seconds):
        stream = backend.connect_tcp(name, port)
        try:
            stream.start_tls(OLD_ONLY, name).close()
        except httpcore.ConnectError as error:
            stream.close()
            if getattr(error.__context__, "reason", "") in OURS:
                raise Unreachable("The OpenSSL of this machine cannot speak old TLS.") from error
            if isinstance(error.__context__, ssl.SSLError | ConnectionResetError):
                return False
            raise
    return True


@contextmanager
def _telling(place: str, seconds: float) -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, TooSlow) as error:
        raise TooSlow(f"{place} did not shake hands within {seconds:g} s.") from error
    except httpcore.ConnectError as error:
        cause = error.__context__
        if isinstance(cause, ConnectionRefusedError):
            raise Unreachable(
                f"{place} could not be reached: the connection was refused."
            ) from error
        if isinstance(cause, ssl.SSLError):
            raise Unreachable(f"{place} does not speak TLS as it should: {_why(cause)}.") from error
        raise Unreachable(f"{place} could not be reached: {cause or error}.") from error
    except OSError as error:
        raise Unreachable(f"{place} broke off: {error}.") from error


def _why(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    return (error.reason or str(error)).replace("_", " ").lower()


@lru_cache(maxsize=32)
def trusting(authorities: str = "") -> ssl.SSLContext:
    """Trusts the public authorities and these, in PEM; raises `Unreachable` if they are none.

    Reading the public ones costs 20 ms; the context itself is safe to share.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        try:
            context.load_verify_locations(cadata=authorities)
        except (ssl.SSLError, ValueError) as error:
            raise Unreachable("The connection's own authorities are no certificates.") from error
    return context


def _careless() -> ssl.SSLContext:
    """Takes any certificate, key and protocol; only to tell what is wrong with them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    return context


def limited_to_old(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():
        # Python warns of what is to be found out here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


# Made once and here: warnings are switched off for all threads at a time.
OLD_ONLY = limited_to_old(_careless())
