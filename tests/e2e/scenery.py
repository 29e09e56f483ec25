"""The scene of the access table, served to a browser: whatever the table lists is visited.

So no page can be forgotten: a new address needs its row, and with it it is walked through.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import uvicorn
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page

from accounts.models import User
from dashboard.panels import TABS
from dashboard.plan.parts import PAGES
from deploy_portal.live.hub import Hub
from deployments.models import Deployment
from tests.builders import Team, signed_in
from tests.dashboard.access_table import PERSONS, TABLE
from tests.dashboard.test_access import arguments, every_argument
from tests.waiting import until

# Who reads a page is the first of these to whom the table gives it.
READERS = (
    "release_manager", "ops_lead", "product_owner", "administrator", "stakeholder", "anonymous",
)  # fmt: skip
# A letter in its frame is a mail, in which no script may run, so axe cannot either.
LETTERS = {"communications:preview_page", "communications:message_page"}


# One address of the table that is several pages.
SEVERAL = {"tab": tuple(name for name in TABS if name != "overview"), "page": tuple(PAGES)}


def kinds_of(asked: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """The pages of such an address, each with its word; of any other the only one."""
    for argument in set(asked) & SEVERAL.keys():
        return [(word, {argument: word}) for word in SEVERAL[argument]]
    return [("", {})]


@dataclass
class Scenery:
    url: str
    team: Team
    deployment: Deployment
    administrator: User
    opened: list[BrowserContext] = field(default_factory=list)

    @cached_property
    def walk(self) -> dict[str, dict[str, str]]:
        """For each reader the names of the addresses that give them an answer, and where."""
        every = every_argument(self.deployment)
        found: dict[str, dict[str, str]] = {who: {} for who in READERS}
        for name, row in TABLE.items():
            for who in READERS:
                if row.get[PERSONS.index(who)] == 200:
                    known = arguments(name, every)
                    found[who] |= {
                        f"{name} {word}".strip(): reverse(name, kwargs={**known, **one})
                        for word, one in kinds_of(row.arguments)
                    }
                    break
        return found

    def walk_of(self, names: set[str] | None) -> dict[str, dict[str, str]]:
        """Of these addresses, or of all."""
        return {
            who: {
                name: one
                for name, one in found.items()
                if names is None or name in names or name.split()[0] in names
            }
            for who, found in self.walk.items()
        }

    def window(self, browser: Browser, who: str) -> BrowserContext:
        """A window of this person, already signed in; nothing moves in it."""
        context = browser.new_context(
            base_url=self.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        self.opened.append(context)
        if who != "anonymous":
            known = {**self.team.people, "administrator": self.administrator}
            key = str(signed_in(known[who]).session.session_key)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": key, "url": self.url}])
        return context


@contextmanager
def served(team: Team, deployment: Deployment, administrator: User) -> Iterator[Scenery]:
    """What this database has, and at the end no window is left open on it."""
    with serving() as url:
        scenery = Scenery(url, team, deployment, administrator)
        yield scenery
        for context in scenery.opened:
            context.close()
    # Playwright's context has connections of its own, and the database is dropped next.
    connections.close_all()


@contextmanager
def serving() -> Iterator[str]:
    """The web process on a thread of the test, on the database of the test."""
    # Only here: what it imports looks for the files that are collected when a session begins.
    from deploy_portal.asgi import Portal

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        config = uvicorn.Config(
            Portal(Hub(), get_wsgi_application()),
            lifespan="on",
            ws="none",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serves = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serves.start()
        until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            serves.join(timeout=8)
            assert not serves.is_alive()


def is_page(page: Page, address: str) -> bool:
    """Go there; False for a file, for data, and for a part of a page that is on its page."""
    try:
        response = page.goto(address, wait_until="domcontentloaded")
    except Error as error:
        if "Download is starting" in error.message or "net::ERR_ABORTED" in error.message:
            return False
        raise
    assert response is not None
    assert response.status == 200, address
    if not response.headers.get("content-type", "").startswith("text/html"):
        return False
    return bool(page.evaluate("document.doctype !== null"))
