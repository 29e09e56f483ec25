"""Gates for tests, on real local servers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connections.models import Connection
from deployments import content
from deployments.models import Deployment
from gates import services
from gates.definitions import GateDefinition
from gates.models import Gate
from gates.reports import Result
from gates.schedules import Schedule
from gates.streaks import Limits
from tests.servers import Server

GOOD = Result(outcome="good", value="491/491", evidence="https://ci.example.org/1")
AT_ONCE = Schedule(
    Limits(need_good=2, max_bad=1, max_bad_streak=1, max_error_streak=1),
    freshness=timedelta(minutes=5),
    interval=timedelta(0),
)


def make_connection(server: Server, key: str = "local") -> Connection:
    return Connection.objects.create(
        key=key, title=key, base_url=server.url, permitted_ranges=["127.0.0.0/8"]
    )


def make_gate(deployment: Deployment, **definition: Any) -> Gate:
    """A gate as intake would write it; a reported one unless told otherwise."""
    deployment.refresh_from_db()  # a stale event count would collide in its chain
    wanted = GateDefinition(**{"title": "Tests passing", **definition})
    (gate,) = services.define_gates(deployment, [wanted])
    content.refresh(deployment, deployment.requester)
    return gate


def make_http_gate(
    deployment: Deployment, server: Server, schedule: Schedule = AT_ONCE, **definition: Any
) -> Gate:
    if not Connection.objects.filter(base_url=server.url).exists():
        make_connection(server, f"local-{server.port}")
    wanted = {"url": "/health", "connection": f"local-{server.port}", "seconds": 2}
    definition = {"title": "API health", "settings": wanted, "schedule": schedule, **definition}
    return make_gate(deployment, kind="http", **definition)
