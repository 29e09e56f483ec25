"""The web process as the supervisor runs it."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.builders import make_deployment, make_team, signed_in
from tests.live.pages import Page


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
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert page.ends_within(1.5)
            _, told = process.communicate(timeout=5)
    assert time.monotonic() - began < 3
    assert "Traceback" not in told
    assert "timeout graceful shutdown exceeded" not in told


def _status(port: int, target: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", target)
    status = connection.getresponse().status
    connection.close()
    return status
