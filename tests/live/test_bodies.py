"""The same with the portal's own pages: what is cut off does nothing, who is slow stops nobody."""

from __future__ import annotations

import socket
import time

import pytest

from deploy_portal.asgi import PAGE_THREADS
from deployments.enums import State
from deployments.models import Event
from intake.models import SourceDocument
from tests.live.conftest import Stage

TOKEN = "a" * 32
FORM = "application/x-www-form-urlencoded"
REASON = "We do it again next week because of " + "x" * 400


def post(stage: Stage, path: str, length: int, kind: str = FORM) -> socket.socket:
    """The head of an act of the release manager."""
    origin = f"127.0.0.1:{stage.port}"
    connection = socket.create_connection(("127.0.0.1", stage.port), timeout=30)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {origin}",
        f"Origin: http://{origin}",
        f"Cookie: csrftoken={TOKEN}; sessionid={stage.session_of('release_manager')}",
        f"Content-Type: {kind}",
        f"Content-Length: {length}",
        "Connection: close",
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return connection


def status_of(connection: socket.socket) -> int:
    with connection:
        return int(b"".join(iter(lambda: connection.recv(65536), b"")).split()[1])


def health(stage: Stage) -> int:
    connection = socket.create_connection(("127.0.0.1", stage.port), timeout=30)
    connection.sendall(b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    return status_of(connection)


def cancelling() -> bytes:
    return f"csrfmiddlewaretoken={TOKEN}&reason={REASON.replace(' ', '+')}".encode()


def test_an_act_whose_form_was_cut_off_is_not_done(stage: Stage) -> None:
    path, body = f"/deployments/{stage.deployment.pk}/cancel/", cancelling()
    events = Event.objects.count()
    with post(stage, path, len(body)) as connection:
        connection.sendall(body[:80])
        time.sleep(0.1)
    # An act takes some 30 ms; and whatever was there to be done is done before this is answered.
    time.sleep(0.5)
    assert health(stage) == 200
    assert Event.objects.count() == events

    connection = post(stage, path, len(body))
    connection.sendall(body)
    assert status_of(connection) == 302
    stage.deployment.refresh_from_db()
    assert stage.deployment.state == State.CANCELLED
    assert Event.objects.order_by("pk").last().reason == REASON


def test_slow_bodies_leave_the_pages_to_the_others(stage: Stage) -> None:
    path = f"/deployments/{stage.deployment.pk}/cancel/"
    slow = [post(stage, path, 1000) for _ in range(PAGE_THREADS + 2)]
    for connection in slow:
        connection.sendall(b"r")
    assert health(stage) == 200
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_an_upload_is_kept_for_review_only_if_it_is_whole(stage: Stage, part: float) -> None:
    items = "".join(f"- [ ] item {number}\n" for number in range(200))
    document = f"# Release\n\n**Target Environment**: Production\n\n## A\n{items}"
    fields = [
        f'name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}',
        f'name="service"\r\n\r\n{stage.deployment.service.key}',
        f'name="document"; filename="a.md"\r\nContent-Type: text/markdown\r\n\r\n{document}',
    ]
    disposition = "Content-Disposition: form-data; "
    parts = "".join(f"--BB\r\n{disposition}{field}\r\n" for field in fields)
    body = f"{parts}--BB--\r\n".encode()

    connection = post(stage, "/import/", len(body), "multipart/form-data; boundary=BB")
    connection.sendall(body[: int(len(body) * part)])
    if part == 1:
        assert status_of(connection) == 302
        assert bytes(SourceDocument.objects.under_review().get().body) == document.encode()
    else:
        # Otherwise the end is heard before any of it was read.
        time.sleep(0.2)
        connection.close()
        time.sleep(0.5)
        assert (health(stage), SourceDocument.objects.exists()) == (200, False)
