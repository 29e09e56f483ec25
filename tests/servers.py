"""Real HTTP servers on a loopback port, well-behaved and hostile."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

from connections.addresses import Permit

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
Behaviour = Callable[[socket.socket, "Server"], None]


@dataclass
class Server:
    """One port and the requests that reached it; `behave` may be changed while it runs."""

    behave: Behaviour
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    context: ssl.SSLContext | None = None

    def secured(self, caller: socket.socket) -> socket.socket:
        return self.context.wrap_socket(caller, server_side=True) if self.context else caller

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def permit(self) -> Permit:
        return Permit(self.url, LOOPBACK)


@contextmanager
def serving(behave: Behaviour) -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    server = Server(behave, listening.getsockname()[1])
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not server.stopping.is_set():
            try:
                caller, _ = listening.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=talk, args=(caller,))
            threads.append(thread)
            thread.start()

    def talk(caller: socket.socket) -> None:
        caller.settimeout(5)
        with caller:
            try:
                with server.secured(caller) as heard:
                    server.requests.append(heard.recv(65536))
                    server.behave(heard, server)
            except OSError:
                pass  # the client hung up, which is what many of these servers provoke

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        server.stopping.set()
        accepting.join()
        for thread in threads:
            thread.join()
        listening.close()


def answering(status: int = 200, body: bytes = b"ok", headers: str = "") -> Behaviour:
    def behave(caller: socket.socket, server: Server) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        caller.sendall(f"{head}{headers}\r\n".encode() + body)

    return behave


def redirecting(location: str) -> Behaviour:
    return answering(302, b"", f"Location: {location}\r\n")


def silent(caller: socket.socket, server: Server) -> None:
    server.stopping.wait(30)


def dripping(caller: socket.socket, server: Server) -> None:
    """A byte now and then: no single read times out."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not server.stopping.wait(0.05):
        caller.sendall(b".")


def dripping_headers(caller: socket.socket, server: Server) -> None:
    caller.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.stopping.wait(0.05):
        caller.sendall(b"X")


def endless(caller: socket.socket, server: Server) -> None:
    caller.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not server.stopping.is_set():
        caller.sendall(b"x" * 65536)


def babbling(caller: socket.socket, server: Server) -> None:
    caller.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


def hanging_up(caller: socket.socket, server: Server) -> None:
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")


def slow(seconds: float) -> Behaviour:
    def behave(caller: socket.socket, server: Server) -> None:
        time.sleep(seconds)
        answering()(caller, server)

    return behave


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def shaking_hands(context: ssl.SSLContext) -> Iterator[int]:
    """A port on which TLS is spoken with this context, and nothing else."""
    with serving(answering()) as server:
        server.context = context
        yield server.port


def tls_context(certificate: bytes, key: bytes) -> ssl.SSLContext:
    """A server's context that takes weak keys and old protocols, as a neglected server does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    with tempfile.NamedTemporaryFile(suffix=".pem") as both:
        both.write(key + certificate)
        both.flush()
        context.load_cert_chain(both.name)
    return context
