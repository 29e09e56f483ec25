"""Fixtures for the whole suite: real PostgreSQL with both roles, and a release team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests import databases
from tests.builders import Team, find_team


def pytest_sessionstart(session: pytest.Session) -> None:
    """The controlling process migrates the template and collects the front end for all workers."""
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and settings.DATABASE_OWNER_URL:
        from pytest_django.plugin import blocking_manager_key

        with session.config.stash[blocking_manager_key].unblock():
            databases.make_templates()
        call_command("collectstatic", interactive=False, verbosity=0)


def template_of(names: Sequence[str]) -> str:
    """The database a test starts from, by the fixtures it asks for."""
    return databases.TEAM if {"team", "real_team"} & set(names) else databases.EMPTY


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """The real hasher is slow on purpose, and every client would list all static files at its first
    request; nothing that is asked here depends on either, processes have the real ones.
    """
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if settings.DATABASE_OWNER_URL and isinstance(item, pytest.Function):
        databases.use(template_of(item.fixturenames))


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """Takes the place of pytest-django's own test database, see `pytest_runtest_setup`."""
    yield
    databases.drop_own()


@pytest.fixture
def committed(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, str]]:
    """A database of this test's own where commits are real, for threads and processes.

    Yields the environment that a subprocess needs to work on the same database.
    """
    with django_db_blocker.unblock(), databases.own(template_of(request.fixturenames)) as own:
        yield own


@pytest.fixture
def team(db: None) -> Team:
    """The release team of the service "Storage layer"; see tests/builders.py."""
    return find_team()


@pytest.fixture
def real_team(committed: dict[str, str]) -> Team:
    """The same where commits are real, for threads, processes and a clock that moves."""
    return find_team()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()
