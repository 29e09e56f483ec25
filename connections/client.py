"""The one client for every address that a person typed."""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import IO, Any, Self
from urllib.parse import urljoin

import httpcore
import httpx

from connections.addresses import Permit, checked
from connections.dialling import Deadline, GuardedBackend
from connections.exceptions import (
    Blocked,
    Interrupted,
    TooLarge,
    TooSlow,
    Trouble,
    Unreachable,
)
from connections.hiding import hide, hide_in_stream, hide_in_text, spelled
from connections.tls import trusting

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = [("user-agent", "deploy-portal"), ("accept", "*/*"), ("accept-encoding", "identity")]


@dataclass(frozen=True)
class Answer:
    """A whole answer: `seconds` from the request to the last byte."""

    url: str
    status: int
    content_type: str
    body: bytes
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Sending:
    """What goes out with a request; `is_out` once the other side may have it whole."""

    content: bytes
    content_type: str
    is_out: bool = False

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("content-type", self.content_type), ("content-length", str(len(self.content)))]

    def trace(self, name: str, _: Mapping[str, object]) -> None:
        self.is_out = self.is_out or name == "http11.send_request_body.started"


class GuardedClient:
    """Asks http(s) addresses under a permit, within one deadline for all that it does.

    Raises `Blocked`, `Unreachable`, `TooSlow` or `TooLarge`, each with a sentence. Proxies,
    cookies and credentials of the environment are never used. The permit's secrets, and those
    that an address itself holds, are hidden in whatever a server says back.
    """

    def __init__(
        self,
        *,
        permit: Permit | None = None,
        seconds: float = 10,
        most_bytes: int = 1024 * 1024,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.permit = permit
        self.seconds = seconds
        self.most_bytes = most_bytes
        self._hidden = spelled((*(permit.secrets if permit else ()), *secrets))
        networks = permit.networks if permit else ()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusting(permit.authorities if permit else ""),
            network_backend=GuardedBackend(Deadline.after(seconds), networks),
            retries=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()

    def get(self, url: str, *, follow: bool = True) -> Answer:
        """One whole answer; redirects are followed on the same host only."""
        body = BytesIO()
        answer = self.download(url, body, follow=follow)
        return replace(answer, body=body.getvalue())

    def head(self, url: str) -> Answer:
        """What is said about an address without its body; no redirect is followed."""
        target = checked(url, self.permit)
        with self._telling(target):
            return self._ask(target, BytesIO(), time.perf_counter(), method="HEAD")[0]

    def send(
        self, method: str, url: str, content: bytes, content_type: str = "application/json"
    ) -> Answer:
        """One whole answer to what is sent there; no redirect is followed.

        Raises `Interrupted` instead of the other troubles once it may have been taken.
        """
        target, body = checked(url, self.permit), BytesIO()
        sending = Sending(content, content_type)
        try:
            with self._telling(target):
                began = time.perf_counter()
                answer, _ = self._ask(target, body, began, method=method, sending=sending)
        except Trouble as trouble:
            if sending.is_out:
                raise Interrupted(trouble.sentence) from trouble
            raise
        return replace(answer, body=body.getvalue())

    def download(self, url: str, into: IO[bytes], *, follow: bool = True) -> Answer:
        """Like `get`, the body written to `into` as it comes; the answer's own stays empty."""
        target = checked(url, self.permit)
        began = time.perf_counter()
        with self._telling(target):
            for _ in range(MOST_REDIRECTS + 1):
                into.seek(0)
                into.truncate()
                answer, location = self._ask(target, into, began)
                if not (follow and location):
                    return answer
                target = self._next(target, location)
        raise Unreachable(f"{url} redirects more than {MOST_REDIRECTS} times.")

    def _ask(
        self,
        target: httpx.URL,
        into: IO[bytes],
        began: float,
        *,
        method: str = "GET",
        sending: Sending | None = None,
    ) -> tuple[Answer, str]:
        said = self.permit.headers if self.permit else ()
        headers = [("host", target.netloc.decode("ascii")), *HEADERS, *said]
        more: dict[str, Any] = {}
        if sending:
            headers += sending.headers
            more = {"content": sending.content, "extensions": {"trace": sending.trace}}
        with self._pool.stream(method, str(target), headers=headers, **more) as response:
            given = httpx.Headers(
                [(name, hide(value, self._hidden)) for name, value in response.headers]
            )
            if given.get("content-encoding", "identity").lower() != "identity":
                raise Unreachable(f"{target.host} sent a compressed answer that nobody asked for.")
            parts = self._within_size(response.iter_stream(), target.host)
            for part in hide_in_stream(parts, self._hidden):
                into.write(part)
            answer = Answer(
                url=str(target),
                status=response.status,
                content_type=given.get("content-type", ""),
                body=b"",
                seconds=time.perf_counter() - began,
                headers=given,
            )
        return answer, given.get("location", "") if response.status in REDIRECTS else ""

    def _within_size(self, parts: Iterator[bytes], host: str) -> Iterator[bytes]:
        size = 0
        for part in parts:
            size += len(part)
            if size > self.most_bytes:
                raise TooLarge(f"{host} sent more than {self.most_bytes:,} bytes.")
            yield part

    def _next(self, target: httpx.URL, location: str) -> httpx.URL:
        following = checked(urljoin(str(target), location), self.permit)
        if following.host != target.host:
            raise Blocked(f"{target.host} redirects to another host, {following.host}.")
        if (target.scheme, following.scheme) == ("https", "http"):
            raise Blocked(f"{target.host} redirects from https to plain http.")
        return following

    @contextmanager
    def _telling(self, target: httpx.URL) -> Iterator[None]:
        """Turn what the network says into one sentence."""
        place = target.netloc.decode("ascii")
        try:
            yield
        except (httpcore.TimeoutException, TooSlow) as error:
            raise TooSlow(f"{place} gave no whole answer within {self.seconds:g} s.") from error
        except httpcore.ConnectError as error:
            raise Unreachable(f"{place} could not be reached: {_cause(error)}.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ValueError) as error:
            said = hide_in_text(str(error), self._hidden)
            raise Unreachable(f"{place} broke off or sent what is not HTTP: {said}.") from error


def _cause(error: Exception) -> str:
    """The innermost reason in a person's words."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message})"
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused"
    return str(cause)
