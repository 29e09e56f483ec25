"""A real HTTP server in a thread: remembers what it took, and can be told to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Taken:
    """One request that was answered with 200."""

    method: str
    path: str
    headers: dict[str, str]
    payload: dict[str, Any]


@dataclass
class Room:
    """`answers` are used up from the front: a status with headers and a body, or "swallow", which
    takes the post and breaks the connection instead of answering."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], str] | str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def room_open() -> Iterator[Room]:
    room = Room()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            _take(self, room)

        def do_PUT(self) -> None:
            _take(self, room)

        def log_message(self, *_: object) -> None:
            """A test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    room.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, args=[0.01])
    serving.start()
    try:
        yield room
    finally:
        server.shutdown()
        serving.join(timeout=30)
        server.server_close()


def _take(request: BaseHTTPRequestHandler, room: Room) -> None:
    content = request.rfile.read(int(request.headers["content-length"]))
    answer = room.answers.pop(0) if room.answers else (200, {}, "ok")
    if answer == "swallow" or answer[0] == 200:
        headers = {name.lower(): value for name, value in request.headers.items()}
        room.taken.append(Taken(request.command, request.path, headers, json.loads(content)))
    if isinstance(answer, str):
        request.close_connection = True
        request.connection.close()
        return
    status, headers, body = answer
    request.send_response(status)
    for name, value in {**headers, "content-length": str(len(body.encode()))}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body.encode())
