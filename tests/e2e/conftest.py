"""The whole portal for a browser: web, workers, beat and a mail server, each a real process."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from intake import demo
from tests import databases
from tests.builders import Team, make_administrator
from tests.communications.smtp_witness import Witness, witnessing
from tests.dashboard.test_access import make_scene
from tests.e2e.scenery import Scenery, served
from tests.waiting import until

SignIn = Callable[[str], Page]


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, what it mailed, and the environment of its processes."""

    url: str
    mails: Witness
    environment: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One running portal with the demo team for all browser tests of this process."""
    port, tmp_path = free_port(), tmp_path_factory.mktemp("portal")
    url, name = f"http://127.0.0.1:{port}", f"portal_{uuid.uuid4().hex[:12]}"
    databases.clone(name)
    with ExitStack() as stack:
        stack.callback(databases.drop, name)
        mails = stack.enter_context(witnessing())
        environment = {
            **databases.environment(name),
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            # A broker database of its own: these workers live on while other tests give hints.
            "REDIS_URL": re.sub(
                r"db=(\d+)", lambda found: f"db={int(found[1]) + 8}", settings.REDIS_URL
            ),
            "PORTAL_URL": url,
            "PORTAL_VAR": str(tmp_path),
            "PORTAL_COMMANDS": str(declared(tmp_path)),
            "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "0",
        }
        for command in (["collectstatic", "--noinput", "-v0"], ["demo"]):
            subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
        for arguments in processes(port, tmp_path):
            stack.enter_context(Running(arguments, environment, tmp_path))
        until(lambda: answers(f"{url}/health/"), "the portal answers")
        yield Portal(url, mails, environment)


def declared(folder: Path) -> Path:
    """The administrator's file: a command of a step that takes a moment and says how far it is."""
    script = folder / "drain.py"
    script.write_text(
        "import time\n"
        "for node in (1, 2, 3):\n"
        "    print(f'node {node} drained', flush=True)\n"
        "    time.sleep(1.5)\n"
    )
    file = folder / "commands.toml"
    argv = json.dumps([sys.executable, str(script)])
    file.write_text(f'[commands.drain]\ntitle = "Drain the nodes"\nargv = {argv}\n')
    return file


def processes(port: int, folder: Path) -> list[list[str]]:
    worker = [
        "-A",
        "deploy_portal",
        "worker",
        "--without-gossip",
        "--without-mingle",
        "--pool=threads",
    ]
    celery = [sys.executable, "-m", "celery"]
    return [
        [sys.executable, "-m", "uvicorn", "deploy_portal.asgi:application", "--port", str(port),
         "--host=127.0.0.1", "--timeout-graceful-shutdown=2", "--log-level=warning"],
        [*celery, *worker, "-Q", "gates", "--concurrency=4", "-n", "gates@e2e"],
        [*celery, *worker, "-Q", "messages,celery", "--concurrency=4", "-n", "messages@e2e"],
        [*celery, "-A", "deploy_portal", "beat", "-s", str(folder / "beat")],
    ]  # fmt: skip


class Running:
    """A child process with its output in a file, ended by its own id."""

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        self.arguments, self.environment = arguments, environment
        self.log = (
            folder / f"{re.sub(r'[^a-z]', '', arguments[2])}-{len(list(folder.glob('*.log')))}.log"
        )

    def __enter__(self) -> subprocess.Popen[bytes]:
        self.output = self.log.open("wb")
        self.process = subprocess.Popen(
            self.arguments, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT
        )
        return self.process

    def __exit__(self, *_: object) -> None:
        # How processes end in order is what tests/embedded asks; here nothing is left to be done.
        self.process.kill()
        self.process.wait()
        self.output.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def sign_in(browser: Browser, portal: Portal) -> Iterator[SignIn]:
    """A fresh browser window for a person, signed in by the form."""
    contexts: list[BrowserContext] = []

    def enter(username: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{portal.url}/sign-in/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(demo.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def scenery(real_team: Team, browser: Browser) -> Iterator[Scenery]:
    with served(real_team, make_scene(real_team), make_administrator()) as scenery:
        yield scenery
