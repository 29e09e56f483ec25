"""Fixtures for the whole suite: real PostgreSQL with both roles, and a release team."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings

from deployments import hints
from tests import databases
from tests.builders import Team, make_team


def pytest_sessionstart(session: pytest.Session) -> None:
    """The controlling process migrates the template and collects the front end for all workers."""
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and settings.DATABASE_OWNER_URL:
        from pytest_django.plugin import blocking_manager_key

        with session.config.stash[blocking_manager_key].unblock():
            databases.make_template()
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone for this process; takes the place of pytest-django's own test database."""
    name = f"portal_{uuid.uuid4().hex[:12]}"
    with django_db_blocker.unblock():
        databases.clone(name)
        databases.point_to(name)
        yield
        connections.close_all()
        databases.drop(name)


@pytest.fixture
def committed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, str]]:
    """A database of this test's own where commits are real, for threads and processes.

    Yields the environment that a subprocess needs to work on the same database.
    """
    before = connections["default"].settings_dict["NAME"]
    name = f"portal_{uuid.uuid4().hex[:12]}"
    with django_db_blocker.unblock():
        databases.clone(name)
        databases.point_to(name)
        hints.pause.end()
        hints._redis().flushdb()
        try:
            yield databases.environment(name)
        finally:
            databases.point_to(before)
            databases.drop(name)


@pytest.fixture
def team(db: None) -> Team:
    """The release team of the service "Storage layer"; see tests/builders.py."""
    return make_team()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture
def quick_hashing(settings: Settings) -> None:
    """The real hasher is slow on purpose; what these tests ask does not depend on it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
