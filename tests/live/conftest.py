"""A web process on a thread of the test, on real PostgreSQL and a broker of its own."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from django.contrib.sessions.models import Session
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from checklists import services as checklists
from checklists.enums import ItemState
from deployments import hints
from deployments.models import Deployment
from tests.builders import Team, make_deployment, make_team, signed_in
from tests.live.brokers import Broker
from tests.live.pages import Page
from tests.waiting import until

if TYPE_CHECKING:
    from deploy_portal.live.hub import Hub

PANELS = "header,checklist"
# Half a second instead of ten until taken rights end a stream; the database asked often.
RECHECK, POLL = 0.5, 0.3


@pytest.fixture(scope="session")
def broker_of_ours() -> Iterator[Broker]:
    # A socket's path is short by law; pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="live") as folder:
        broker = Broker(Path(folder))
        broker.start()
        yield broker
        broker.kill()


@pytest.fixture
def broker(broker_of_ours: Broker, settings: Settings) -> Iterator[Broker]:
    hints._redis.cache_clear()
    settings.REDIS_URL = broker_of_ours.url
    yield broker_of_ours
    hints._redis().close()
    hints._redis.cache_clear()
    hints.pause.end()


@dataclass
class Stage:
    """A served deployment and those who look at it."""

    hub: Hub
    port: int
    team: Team
    deployment: Deployment
    opened: ExitStack

    @property
    def path(self) -> str:
        return f"/live/deployments/{self.deployment.pk}/?panels={PANELS}"

    def session_of(self, name: str) -> str:
        return str(signed_in(self.team.people[name]).session.session_key)

    def open(self, name: str, *, last: str = "", query: str = "") -> Page:
        """A page of this person, showing the present state unless `last` says otherwise."""
        self.deployment.refresh_from_db()
        seen = query or f"&last={self.deployment.event_count}"
        return self.visit(self.path + seen, self.session_of(name), last=last)

    def visit(self, path: str, session_key: str = "", *, last: str = "") -> Page:
        return self.opened.enter_context(Page(self.port, path, session_key, last=last))

    def in_loop(self, act: Callable[[], object]) -> None:
        """As the web process itself would do it, on its own thread."""
        self.hub._tasks[0].get_loop().call_soon_threadsafe(act)

    def sign_out_everybody(self) -> None:
        Session.objects.all().delete()

    def tick(self, to: ItemState = ItemState.DONE) -> None:
        item = self.deployment.items.order_by("position")[0]
        checklists.set_state(self.deployment.pk, item.pk, to, actor=self.team.member)


@pytest.fixture
def stage(
    committed: dict[str, str],
    broker: Broker,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    # The web process's own pool belongs to the web process, not to whatever tests start later.
    monkeypatch.setenv("DATABASE_POOL", "0")
    # Nothing is collected for tests: files are served from where they are written.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.WHITENOISE_USE_FINDERS = True
    from deploy_portal.asgi import Portal
    from deploy_portal.live.hub import Hub
    from deploy_portal.live.pace import Pace

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    team = make_team()
    deployment = make_deployment(team, submitted=True)
    hub = Hub(Pace(recheck=RECHECK, poll=POLL, comment=0.4))
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening, ExitStack() as opened:
        config = uvicorn.Config(
            Portal(hub, get_wsgi_application()),
            lifespan="on",
            ws="none",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        until(lambda: server.started and hub.is_hinted)
        yield Stage(hub, listening.getsockname()[1], team, deployment, opened)
        opened.close()
        server.should_exit = True
        serving.join(timeout=30)
        assert not serving.is_alive()
