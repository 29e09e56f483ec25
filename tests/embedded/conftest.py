"""Programs of the set-up, run the way `make` runs them, each in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from deploy_portal.embedded import processes
from deploy_portal.embedded.folders import PROJECT
from deploy_portal.embedded.wrapped import FORGOTTEN

Start = Callable[..., "subprocess.Popen[str]"]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return kept | more


def embedded(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "deploy_portal.embedded", *map(str, arguments)]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts an embedded command; whatever still runs at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            embedded(*arguments),
            cwd=PROJECT,
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Interrupted by a test alone, never by the terminal.
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        assert process.stdout
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    """All it says until its end."""
    return process.communicate(timeout=60)[0]


def wait_for_services(process: subprocess.Popen[str]) -> str:
    """The PostgreSQL address out of the lines it prints when all is ready."""
    assert process.stdout
    address = ""
    for line in process.stdout:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        address = value.strip("'") if name == "DATABASE_URL" else address
        if name == "DEBUG":
            return address
    raise AssertionError(f"it ended with {process.wait()}")


def children_of(pid: int) -> list[int]:
    """The living processes below this one, however deep; zombies are not living."""
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        found.setdefault(parent, []).append(int(folder.name))
    below, queue = [], [pid]
    while queue:
        queue.extend(more := found.get(queue.pop(), []))
        below.extend(more)
    return below


def is_gone(pid: int) -> bool:
    return not processes.command_line(pid)


def ask(address: str, question: str = "SELECT current_user") -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield port_of(server)


def free_ports() -> dict[str, str]:
    """Ports nobody uses, as `make run` is told of them."""
    names = ("PORT", "MAIL_PORT", "SMTP_PORT", "SAMPLE_PORT", "SAMPLE_TLS_PORT")
    servers = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    ports = {name: str(port_of(server)) for name, server in servers.items()}
    for server in servers.values():
        server.close()
    return ports


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])
