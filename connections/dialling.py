"""Dials only addresses that were checked, and lets nothing take longer than the deadline."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from connections.exceptions import Blocked, TooSlow, Unreachable
from connections.ranges import Network, refusal


@dataclass(frozen=True)
class Deadline:
    """A fixed instant, however many reads are still to come; a slow drip ends here too."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TooSlow("The whole answer was not there in time.")
        return seconds


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves once, judges every answer, and dials one that was judged."""

    def __init__(self, deadline: Deadline, networks: tuple[Network, ...] = ()) -> None:
        self.deadline = deadline
        self.networks = networks
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, self.deadline)
        for address in addresses:
            if why := refusal(address, self.networks):
                raise Blocked(f"{host} may not be asked: {why}.")
        return GuardedStream(self._dial(addresses, port), self.deadline)

    def _dial(self, addresses: list[str], port: int) -> httpcore.NetworkStream:
        """The first that answers; each gets its share of the time, so a dead one costs no more."""
        for place, address in enumerate(addresses[:-1]):
            share = self.deadline.left() / (len(addresses) - place)
            try:
                return self._plain.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._plain.connect_tcp(addresses[-1], port, timeout=self.deadline.left())

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise Blocked("Sockets of this machine may not be asked.")


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every read and write has only the time that is left in all."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left()
        return GuardedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """All addresses of a name. The system's resolver knows no deadline, so it waits in a thread."""
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        answer = answers.get(timeout=deadline.left())
    except Empty as error:
        raise TooSlow(f"The name {host} was not resolved in time.") from error
    if not isinstance(answer, list) or not answer:
        raise Unreachable(f"There is no address for the name {host}.")
    return list(dict.fromkeys(answer))
