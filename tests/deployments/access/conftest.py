from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts.models import User
from tests.builders import make_administrator


@pytest.fixture
def admin(db: None) -> User:
    return make_administrator()


@pytest.fixture
def quick_hashing(settings: Settings) -> None:
    """The real hasher is slow on purpose; what these tests ask does not depend on it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
