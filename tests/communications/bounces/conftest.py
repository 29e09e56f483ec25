"""A provider's machine, and a deployment whose mail has left."""

from __future__ import annotations

import pytest

from accounts.models import User
from deployments.models import Deployment
from tests.builders import Team, make_machine
from tests.communications.bounces.makers import GO, HOUR
from tests.communications.conftest import (
    leave,
    make_planned,
)


@pytest.fixture
def machine(db: None) -> User:
    return make_machine("mail")


@pytest.fixture
def deployment(team: Team) -> Deployment:
    """Everybody was told."""
    made = make_planned(team, GO, t0_in=3 * HOUR)
    leave(made.messages.get())
    return made
