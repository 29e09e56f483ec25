"""One Chromium for all browser tests, which share one process; loaded as a plug-in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

from tests.waiting import PATIENCE

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class OneForTheBrowser(LoadGroupScheduling):
    """Each test to whichever process is free, those of a browser all to the same one.

    By where they lie: the mark `xdist_group` no longer reaches the scheduler since pytest 9.2
    (pytest-xdist issue 1386), and a second process would start a second portal.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        is_driven = file.startswith("tests/e2e/") or file.endswith("_browser.py")
        return "browser" if is_driven else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadGroupScheduling | None:
    return OneForTheBrowser(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Without a browser the test fails rather than passes by absence."""
    # Playwright's loop stays in this thread, and the ORM is called between its turns.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        expect.set_options(timeout=PATIENCE * 1000)
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
