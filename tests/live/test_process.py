"""The web process as the supervisor runs it."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from deployments.models import Deployment
from tests.builders import make_deployment, make_team, signed_in
from tests.live.pages import Page

# Begins as a server has it begin; most of what there is by then is left alone.
BEGUN = """
import asyncio, gc, sys
from deploy_portal.asgi import application

async def begin():
    wanted, answers = asyncio.Queue(), asyncio.Queue()
    await wanted.put({"type": "lifespan.startup"})
    serving = asyncio.create_task(application({"type": "lifespan"}, wanted.get, answers.put))
    assert await answers.get() == {"type": "lifespan.startup.complete"}
    print(gc.get_freeze_count() > len(gc.get_objects()), "dashboard.views" in sys.modules)
    await wanted.put({"type": "lifespan.shutdown"})
    await serving

asyncio.run(begin())
"""


def test_the_end_of_the_process_is_not_held_up_by_open_streams(
    committed: dict[str, str], tmp_path: Path
) -> None:
    team = make_team()
    deployment = make_deployment(team)
    session = str(signed_in(team.member).session.session_key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, descriptor = listening.getsockname()[1], listening.fileno()
        (tmp_path / "static").mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy_portal.embedded.web", str(descriptor)],
            env={**committed, "PORTAL_VAR": str(tmp_path)},
            pass_fds=[descriptor],
            stderr=subprocess.PIPE,
            text=True,
        )
        # The server listens already; whoever comes early waits.
        with Page(port, f"/live/deployments/{deployment.pk}/?panels=", session) as page:
            assert page.status == 200
            assert _status(port, "/health/") == 200
            process.send_signal(signal.SIGTERM)
            assert page.ends()
            _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "timeout graceful shutdown exceeded" not in told


def test_what_a_process_loaded_before_it_serves_is_not_looked_through_for_garbage(
    committed: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "static").mkdir()
    found = subprocess.run(
        [sys.executable, "-c", BEGUN],
        env={**committed, "PORTAL_VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["True", "True"]


def test_change_made_at_one_process_shows_on_pages_of_the_other_and_on_coming_back(
    committed: dict[str, str],
) -> None:
    """Each on a port of its own, as behind a proxy; what they share is PostgreSQL and Redis."""
    team = make_team()
    deployment = make_deployment(team)
    session = str(signed_in(team.member).session.session_key)
    path = f"/live/deployments/{deployment.pk}/?panels=header,checklist"
    with _served(committed) as one, _served(committed) as other:
        seen = f"{path}&last={deployment.event_count}"
        with Page(one, seen, session) as here, Page(other, seen, session) as there:
            assert (here.status, there.status) == (200, 200)
            assert _tick(one, deployment, session, "done") == 204
            first, second = here.next_message(), there.next_message()
        assert first and second
        assert first == second

        # What was missed while the page was away is told by a process that it never knew.
        assert _tick(other, deployment, session, "open") == 204
        with Page(one, path, session, last=second.id) as back:
            caught_up = back.next_message()
        assert caught_up
        deployment.refresh_from_db()
        assert caught_up.id.split("-")[0] == str(deployment.event_count)


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[int]:
    """A web process with the files that were collected for all tests; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, descriptor = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy_portal.embedded.web", str(descriptor)],
            env=environment,
            pass_fds=[descriptor],
        )
        try:
            assert _status(port, "/health/") == 200
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _tick(port: int, deployment: Deployment, session: str, to: str) -> int:
    """By the same form as a browser: the token of its cookie goes with it."""
    item = deployment.items.order_by("position")[0]
    token = "a" * 32
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    target = reverse("checklists:set_state", args=[deployment.pk, item.pk, to])
    connection.request("POST", target, body="", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _status(port: int, target: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", target)
    status = connection.getresponse().status
    connection.close()
    return status
