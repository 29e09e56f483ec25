"""A deployment in draft with one gate, for machines to report to."""

from __future__ import annotations

import pytest

from deployments.models import Deployment
from gates.models import Gate
from tests.builders import Team, make_deployment
from tests.gates.makers import make_gate


@pytest.fixture
def deployment(team: Team) -> Deployment:
    return make_deployment(team)


@pytest.fixture
def gate(deployment: Deployment) -> Gate:
    return make_gate(deployment, condition="cache_hit_rate > 85 %", title="Cache hit rate")
