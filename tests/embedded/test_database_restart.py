"""R7: PostgreSQL is killed under load and comes back by itself, and nothing is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from deploy_portal.embedded.folders import PROJECT
from intake.demo import PASSWORD
from tests import databases
from tests.e2e.conftest import answers, free_port
from tests.embedded.conftest import Start, environment
from tests.waiting import until

PEOPLE = 4
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass
class Load:
    """One person ticking and un-ticking one item as fast as the portal answers."""

    url: str
    deployment: int
    item: int
    acknowledged: int = 0
    certain: int = 0
    unclear: int = 0
    statuses: set[int] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as browser:
            page = browser.get("/sign-in/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
            assert token
            form = {"csrfmiddlewaretoken": token[1], "username": "operations", "password": PASSWORD}
            signed_in = browser.post("/sign-in/", data=form, headers={"Referer": self.url})
            assert signed_in.status_code == 302
            state, known = "done", True
            while not stop.is_set():
                done = self.press(browser, state)
                # After a cut-off answer the same press may find its change already made.
                self.certain += done and known
                known = done
                state = {"done": "open", "open": "done"}[state] if done else state

    def press(self, browser: httpx.Client, state: str) -> bool:
        headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": self.url}
        address = f"/deployments/{self.deployment}/items/{self.item}/{state}/"
        try:
            status = browser.post(address, headers=headers).status_code
        except httpx.HTTPError:
            self.unclear += 1
            return False
        self.statuses.add(status)
        if status == 302:
            self.acknowledged += 1
        elif status >= 500:
            self.unclear += 1
            time.sleep(0.05)
        return status == 302


@contextmanager
def served(given: dict[str, str], port: int) -> Iterator[None]:
    arguments = ["deploy_portal.asgi:application", "--host=127.0.0.1", f"--port={port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *arguments, "--log-level=critical"],
        cwd=PROJECT,
        env=environment(**given, PORTAL_URL=f"http://127.0.0.1:{port}", LOG_LEVEL="CRITICAL"),
    )
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/health/"))
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def exports(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout
    given: dict[str, str] = {}
    for line in process.stdout:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        given[name] = value.strip("'")
        if name == "PORTAL_DEMO":
            return given
    raise AssertionError(f"it ended with {process.wait()}")


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def test_portal_serves_again_and_is_right_when_postgresql_is_killed_under_load(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = exports(start("services", "--folder", tmp_path))
    databases.copy_to(given["DATABASE_OWNER_URL"])
    for command in ("collectstatic --noinput -v0", "demo"):
        subprocess.run(
            [sys.executable, "manage.py", *command.split()],
            cwd=PROJECT,
            env=environment(**given),
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with psycopg.connect(given["DATABASE_URL"]) as database:
        items = database.execute(
            "SELECT deployment_id, id FROM checklists_item WHERE phase = 'before' AND"
            " deployment_id = 1 ORDER BY position LIMIT %s",
            [PEOPLE],
        ).fetchall()
    port, stop = free_port(), threading.Event()
    loads = [Load(f"http://127.0.0.1:{port}", *item) for item in items]
    with served({**given, "DEBUG": "0"}, port):
        threads = [threading.Thread(target=load.run, args=[stop]) for load in loads]
        for thread in threads:
            thread.start()
        until(lambda: all(load.acknowledged > 3 for load in loads))
        os.kill(postmaster(tmp_path), signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: any(load.unclear for load in loads))
        before = [load.acknowledged for load in loads]
        until(
            lambda: all(
                load.acknowledged > count + 3 for load, count in zip(loads, before, strict=True)
            )
        )
        took = time.monotonic() - killed
        stop.set()
        for thread in threads:
            thread.join(60)

    with capsys.disabled():
        sys.stdout.write(f"\nR7: everybody served again {took:.1f} s after kill -9 of PostgreSQL\n")
    assert {status for load in loads for status in load.statuses} <= {302, 500, 503}
    certain = sum(load.certain for load in loads)
    possible = sum(load.acknowledged + load.unclear for load in loads)
    with psycopg.connect(given["DATABASE_URL"]) as database:
        row = database.execute(
            "SELECT count(*) FROM deployments_event WHERE deployment_id = 1 AND means = 'browser'"
            " AND object_kind = 'item'"
        ).fetchone()
    assert row
    # Nothing acknowledged is lost; a change whose answer was cut off may have been made.
    assert certain <= row[0] <= possible
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_history"],
        cwd=PROJECT, env=environment(**given), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr
