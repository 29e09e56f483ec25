"""Answers on a plain and on a secured port, both handed over as listening sockets."""

import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Collection
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import figures, pages
from .traffic import COURSES, Mode, Traffic

VERSION = "1.4.0"
OUR_NAMES = frozenset({"127.0.0.1", "localhost"})
LONGEST_FORM = 1000


class Answering(BaseHTTPRequestHandler):
    """Only under our own names: a page of somebody else's may neither read nor turn the switch."""

    traffic: Traffic
    names: Collection[str]
    timeout = 10

    def do_GET(self) -> None:
        if not self.is_ours():
            return
        address = urlsplit(self.path)
        match address.path:
            case "/":
                self.answer(pages.switch_page(self.traffic.mode, self.traffic.figures()))
            case "/style.css":
                self.answer(pages.STYLE, kind="text/css")
            case "/health":
                self.answer_health()
            case "/figures":
                self.answer_json(self.traffic.figures())
            case "/metrics":
                told = figures.exposition(self.traffic.figures())
                self.answer(told, kind="text/plain; version=0.0.4")
            case "/api/v1/query":
                query = parse_qs(address.query).get("query", [""])[0]
                status, document = figures.instant(query, self.traffic.figures())
                self.answer_json(document, HTTPStatus(status))
            case _:
                self.answer("Nothing here.", HTTPStatus.NOT_FOUND, kind="text/plain")

    def do_POST(self) -> None:
        """The switch."""
        if not self.is_ours():
            return
        given = self.headers.get("Content-Length", "")
        size = int(given) if given.isdigit() else 0
        form = parse_qs(self.rfile.read(min(size, LONGEST_FORM)).decode(errors="replace"))
        wanted = form.get("mode", [""])[0]
        if urlsplit(self.path).path != "/" or wanted not in list(Mode):
            said = f"Send mode as one of {', '.join(Mode)}."
            self.answer(said, HTTPStatus.BAD_REQUEST, kind="text/plain")
            return
        self.traffic.switch(Mode(wanted))
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def is_ours(self) -> bool:
        host = self.headers.get("Host", "")
        origins = ("", f"http://{host}", f"https://{host}")
        if host.partition(":")[0] in self.names and self.headers.get("Origin", "") in origins:
            return True
        self.answer("wrong host", HTTPStatus.MISDIRECTED_REQUEST, kind="text/plain")
        return False

    def answer_health(self) -> None:
        mode, course = self.traffic.mode, COURSES[self.traffic.mode]
        time.sleep(course.health_ms / 1000)
        is_up = mode is not Mode.FAILING
        found = self.traffic.figures()
        document = {
            "status": "UP" if is_up else "DOWN",
            "version": VERSION,
            "latency_ms": found["retrieval_time_avg"],
            "latency_p95_ms": found["api_response_time"],
        }
        self.answer_json(document, HTTPStatus.OK if is_up else HTTPStatus.SERVICE_UNAVAILABLE)

    def answer_json(self, document: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.answer(json.dumps(document), status, kind="application/json")

    def answer(
        self, body: str, status: HTTPStatus = HTTPStatus.OK, *, kind: str = "text/html"
    ) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", pages.POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Being measured every few seconds is not worth a log line."""


class Serving(ThreadingHTTPServer):
    """On a socket that somebody else opened; secured where there is a context."""

    daemon_threads = True

    def __init__(
        self,
        listening: socket.socket,
        answering: type[Answering],
        context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), answering, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = listening.getsockname()[:2]
        self.context = context

    def get_request(self) -> tuple[Any, Any]:
        caller, address = super().get_request()
        if self.context is None:
            return caller, address
        # The handshake waits for the first read, in the caller's own thread.
        secured = self.context.wrap_socket(caller, server_side=True, do_handshake_on_connect=False)
        return secured, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up, or does not trust us, is nothing to complain about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def serve(
    plain: socket.socket,
    secured: socket.socket | None = None,
    context: ssl.SSLContext | None = None,
    names: Collection[str] = (),
) -> None:
    """Until killed; nothing is kept, so there is nothing to end."""
    traffic = Traffic()
    told = {"traffic": traffic, "names": OUR_NAMES | set(names)}
    answering = type("TrafficAnswering", (Answering,), told)
    servers = [Serving(plain, answering)]
    if secured is not None:
        servers.append(Serving(secured, answering, context))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(1)
        traffic.tick()
