from __future__ import annotations

import pytest

from accounts.models import User
from tests.builders import make_administrator


@pytest.fixture
def admin(db: None) -> User:
    return make_administrator()
