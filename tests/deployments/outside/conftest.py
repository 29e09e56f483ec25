"""The administrator who declares, signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.builders import make_administrator, signed_in


@pytest.fixture
def administrator(db: None) -> User:
    return make_administrator()


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)
