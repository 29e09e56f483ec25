"""`make run`: the whole portal comes, is refused a twin, goes, and survives being killed."""

import os
import signal
import socket
import subprocess
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from deploy_portal.embedded.running import ALREADY_RUNNING
from tests.embedded.conftest import Start, children_of, free_ports, is_gone, said
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
# All of them forked from the supervisor, and called what their logs are called.
PORTAL = {"web-1", "web-2", "worker-gates", "worker-messages", "beat"}


def wait_until_running(process: subprocess.Popen[str]) -> str:
    """All it says until everything runs."""
    assert process.stdout
    told = ""
    for line in process.stdout:
        told += line
        if "Ctrl-C stops everything." in line:
            return told
    raise AssertionError(f"it ended with {process.wait()}: {told}")


def page(port: str, patience: int = 30) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=patience) as answer:
        return str(answer.read().decode())


def listens(port: str) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 1):
        return True
    return False


def named(supervisor: int) -> dict[str, int]:
    """The processes below it by what the kernel calls them."""
    found = {}
    for pid in children_of(supervisor):
        with suppress(OSError):
            found[Path(f"/proc/{pid}/comm").read_text().strip()] = pid
    return found


def test_the_portal_comes_survives_being_killed_and_goes(start: Start, tmp_path: Path) -> None:
    ports = free_ports()
    process = start("run", "--folder", tmp_path, **ports)
    # Who comes before the demo is there waits for it: an empty portal asks for its first account.
    until(lambda: listens(ports["PORT"]))
    assert "<title>Sign in" in page(ports["PORT"], patience=90)
    told = wait_until_running(process)
    assert f"Deploy Portal  http://127.0.0.1:{ports['PORT']}\n" in told
    assert f"Mails          http://127.0.0.1:{ports['MAIL_PORT']}\n" in told
    assert "<html" in page(ports["PORT"])
    assert "<html" in page(ports["MAIL_PORT"])
    assert f"Sample service http://127.0.0.1:{ports['SAMPLE_PORT']} " in told
    assert "Cache cold" in page(ports["SAMPLE_PORT"])

    ours = named(process.pid)
    assert set(ours) >= PORTAL
    for name in ("web-1", "beat"):
        os.kill(ours[name], signal.SIGKILL)
    # Forked from what has loaded already, as those before.
    until(lambda: is_gone(ours["web-1"]) and is_gone(ours["beat"]))
    until(lambda: set(named(process.pid)) >= PORTAL)
    assert "<html" in page(ports["PORT"])

    twin = start("run", "--folder", tmp_path, **free_ports())
    assert said(twin) == f"{ALREADY_RUNNING}\n"
    assert twin.returncode == 1

    below = children_of(process.pid)
    process.kill()
    process.wait()
    until(lambda: all(is_gone(pid) for pid in below))

    process = start("run", "--folder", tmp_path, **ports)
    wait_until_running(process)
    assert "<html" in page(ports["PORT"])
    below = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert [pid for pid in below if not is_gone(pid)] == []


def test_a_taken_port_is_said_before_anything_starts(start: Start, tmp_path: Path) -> None:
    ports = free_ports()
    with socket.create_server(("127.0.0.1", int(ports["MAIL_PORT"]))):
        process = start("run", "--folder", tmp_path, **ports)
        assert said(process) == (
            f"Port {ports['MAIL_PORT']} for reading mails cannot be used (Address already in use): "
            f"choose another with `make run MAIL_PORT={int(ports['MAIL_PORT']) + 1}`.\n"
        )
    assert process.returncode == 1
    assert not (tmp_path / "postgres").exists()
