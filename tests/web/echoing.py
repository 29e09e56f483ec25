"""A real server whose pages say what they were sent, and raw connections to it."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import Environ, IterableChunks, StartResponse

from deploy_portal.bodies import Limits, WholeBodies
from tests.waiting import until


@dataclass
class Echo:
    """Answers with length and hash of what it read; `lengths` counts the calls."""

    port: int = 0
    lengths: list[int] = field(default_factory=list)

    def page(self, environ: Environ, start_response: StartResponse) -> IterableChunks:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.lengths.append(len(body))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [told(body)]

    def say(self, *parts: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(b"".join(parts))
        return connection


def told(body: bytes) -> bytes:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()


def head(length: int | str, *more: str) -> bytes:
    """The head of a POST; "chunked" for a body that does not say how long it will be."""
    size = "Transfer-Encoding: chunked" if length == "chunked" else f"Content-Length: {length}"
    lines = ["POST / HTTP/1.1", "Host: 127.0.0.1", "Connection: close", size, *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and raw body, read until the server hangs up."""
    with connection:
        read = b"".join(iter(lambda: connection.recv(65536), b""))
    top, _, body = read.partition(b"\r\n\r\n")
    return int(top.split()[1]), body


@contextmanager
def echoing(limits: Limits) -> Iterator[Echo]:
    echo = Echo()
    threads = WSGIMiddleware(echo.page, workers=2)
    bodies = WholeBodies(threads, limits)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        echo.port = listening.getsockname()[1]
        config = uvicorn.Config(bodies, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        until(lambda: server.started, pause=0.01)
        yield echo
        server.should_exit = True
        serving.join(timeout=30)
        assert not serving.is_alive()
    threads.executor.shutdown()
