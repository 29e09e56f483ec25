"""The history keeps the address that the connection, or a proxy one trusts, tells; no other."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.models import Event
from tests.builders import Team, make_deployment, make_team, signed_in

TOKEN = "a" * 32
CANCELLING = {"reason": "We do it again next week."}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("fe80::1%" + "y" * 100, "fe80::1"),
        ("y" * 100, ""),
        ("", ""),
    ],
)
def test_only_what_is_an_address_is_kept_as_one(team: Team, told: str, kept: str) -> None:
    deployment = make_deployment(team, submitted=True)
    path = f"/deployments/{deployment.pk}/cancel/"
    response = signed_in(team.release_manager).post(path, CANCELLING, REMOTE_ADDR=told)
    assert response.status_code == 302
    assert Event.objects.filter(deployment=deployment).latest("sequence").address == kept


@pytest.mark.parametrize(
    ("proxy", "kept"), [({}, "127.0.0.1"), ({"BEHIND_PROXY": "1"}, "192.0.2.6")]
)
def test_a_forwarded_address_counts_only_behind_a_proxy(
    committed: dict[str, str], tmp_path: Path, proxy: dict[str, str], kept: str
) -> None:
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    session = str(signed_in(team.release_manager).session.session_key)
    (tmp_path / "static").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, descriptor = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy_portal.embedded.web", str(descriptor)],
            env={**committed, "PORTAL_VAR": str(tmp_path), **proxy},
            pass_fds=[descriptor],
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(
            "POST",
            f"/deployments/{deployment.pk}/cancel/",
            f"csrfmiddlewaretoken={TOKEN}&reason=We+do+it+again",
            {
                "Origin": f"http://127.0.0.1:{port}",
                "Cookie": f"csrftoken={TOKEN}; sessionid={session}",
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": "198.51.100.9, 192.0.2.6",
            },
        )
        status = connection.getresponse().status
        connection.close()
        process.terminate()
        process.wait(timeout=30)
    assert status == 302
    assert Event.objects.filter(deployment=deployment).latest("sequence").address == kept
