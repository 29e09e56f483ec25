"""Programs, folders and a second database for backups, of each test's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from psycopg import sql
from pytest_django import Settings

from deploy_portal.embedded import binaries
from tests import databases


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the server's version, and folders of this test's own."""
    monkeypatch.setenv("PATH", f"{binaries.postgres_bin()}:/usr/bin:/bin")
    settings.VAR_DIR, settings.EVIDENCE_DIR = tmp_path, tmp_path / "evidence"


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty database; the test's own is pointed back by `committed`."""
    name = f"portal_{uuid.uuid4().hex[:12]}"
    databases._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield name
    connections.close_all()
    databases.drop(name)
