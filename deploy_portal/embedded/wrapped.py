"""How does a command get services of its own, thrown away afterwards?"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import folders, services
from .children import die_with_parent
from .supervisor import Supervisor, say

PREFIX = "test-"
# Nothing the caller points to may be reached by a test, and what is compiled serves all processes.
FORGOTTEN = (
    "ALLOWED_HOSTS",
    "DATABASE_OWNER_URL",
    "DATABASE_POOL",
    "DATABASE_URL",
    "DEBUG",
    "EMAIL_URL",
    "METRICS_TOKEN",
    "PORTAL_DEMO",
    "PORTAL_DEMO_PROMETHEUS",
    "PORTAL_DEMO_SAMPLE",
    "PORTAL_DEMO_SAMPLE_AUTHORITY",
    "PORTAL_DEMO_SAMPLE_TLS",
    "PORTAL_URL",
    "PYTHONDONTWRITEBYTECODE",
    "REDIS_URL",
    "SECRET_KEY",
    "WATCH_PACE",
)


def run(command: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run the command against fresh services and pass its exit code on."""
    folders.VAR.mkdir(exist_ok=True)
    remove_abandoned()
    root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folders.VAR))
    # What is private in it is so by itself; PostgreSQL may have to come in as `nobody`.
    root.chmod(0o755)
    held = folders.lock(root)
    places = folders.prepare(root)
    supervisor = Supervisor(places, say)
    try:
        addresses = services.start(supervisor, places, given={}, durable=False)
        return call(command, environment(root) | addresses | dict(extra or {}))
    finally:
        supervisor.stop()
        places.remove_sockets()
        shutil.rmtree(root, ignore_errors=True)
        if held:
            held.close()


def environment(root: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return kept | {"SECRET_KEY": secrets.token_urlsafe(48), "PORTAL_VAR": str(root)}


def call(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """In our own session, so that Ctrl-C and a debugger reach it."""
    parent = os.getpid()
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folders.PROJECT,
        preexec_fn=lambda: die_with_parent(parent, signal.SIGTERM),
    )
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    # The command gets the terminal's Ctrl-C too and decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = process.wait()
    return code if code >= 0 else 128 - code


def remove_abandoned() -> None:
    """Remove the folders of runs that were killed."""
    for root in folders.VAR.glob(f"{PREFIX}*"):
        held = folders.lock(root)
        if held:
            places = folders.Folders(root, folders.socket_folder(root))
            Supervisor(places, say).end_left_overs()
            places.remove_sockets()
            shutil.rmtree(root, ignore_errors=True)
            held.close()


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
