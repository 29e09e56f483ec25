"""A deployment in draft, and a server that answers 200 to whatever gates ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployments.models import Deployment
from tests.builders import Team, make_deployment
from tests.servers import Server, answering, serving


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering()) as server:
        yield server
