"""Databases for tests: migrated templates, cloned in a few milliseconds as often as needed."""

import hashlib
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from deploy_portal.embedded.binaries import postgres_bin
from deployments import hints
from tests.builders import make_team

EMPTY = "portal_template"
TEAM = "portal_template_team"  # with the release team, which takes 365 questions to make
_own: dict[str, str] = {}  # the clones of this process, by template


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL, dbname="postgres", autocommit=True) as owner:
        owner.execute(statement)


@contextmanager
def own(template: str) -> Iterator[dict[str, str]]:
    """A database of one's own where commits are real; the environment of processes that use it."""
    before = connections["default"].settings_dict["NAME"]
    name = f"portal_{uuid.uuid4().hex[:12]}"
    clone(name, template)
    point_to(name)
    hints.pause.end()
    hints._redis().flushdb()
    try:
        yield environment(name)
    finally:
        point_to(before)
        drop(name)


def make_templates() -> None:
    """Migrate once and make the team once; every test database is a copy of one of these."""
    drop(EMPTY)
    _run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(EMPTY)))
    point_to(EMPTY)
    _migrate()
    clone(TEAM)
    point_to(TEAM)
    make_team()
    point_to(EMPTY)


def _migrate() -> None:
    """Migrating takes twenty seconds, so what it made is kept until a migration is changed."""
    kept = Path(settings.BASE_DIR) / "var" / "cache" / f"migrated-{_migrations()}.dump"
    if kept.exists():
        return _load(kept.read_bytes(), _owner_url(EMPTY))
    call_command("migrate", database="owner", verbosity=0)
    point_to(EMPTY)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob("migrated-*.dump"):
        old.unlink(missing_ok=True)
    made = kept.with_suffix(f".{os.getpid()}")
    made.write_bytes(_dump())
    made.rename(kept)
    return None


def _migrations() -> str:
    """What the tables are made from: the migrations of every app, by their content."""
    folders = sorted({Path(app.path) / "migrations" for app in apps.get_app_configs()})
    files = [file for folder in folders for file in sorted(folder.glob("*.py"))]
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + file.read_bytes())
    return whole.hexdigest()[:16]


def _owner_url(name: str) -> str:
    return make_conninfo(settings.DATABASE_OWNER_URL, dbname=name)


def _dump() -> bytes:
    program = str(postgres_bin() / "pg_dump")
    command = [program, "--format=custom", "--dbname", _owner_url(EMPTY)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _load(made: bytes, owner_url: str) -> None:
    program = str(postgres_bin() / "pg_restore")
    subprocess.run([program, "--exit-on-error", "--dbname", owner_url], check=True, input=made)


def copy_to(owner_url: str) -> None:
    """What `migrate` makes, into an empty database of another server and in a tenth of the time."""
    _load(_dump(), owner_url)


def clone(name: str, template: str = EMPTY) -> None:
    drop(name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    _run(statement.format(sql.Identifier(name), sql.Identifier(template)))


def use(template: str) -> None:
    """Point this process to its own clone of a template, made when it is first asked for."""
    if template not in _own:
        _own[template] = f"portal_{uuid.uuid4().hex[:12]}"
        clone(_own[template], template)
    if connections["default"].settings_dict["NAME"] != _own[template]:
        point_to(_own[template])


def drop_own() -> None:
    connections.close_all()
    while _own:
        drop(_own.popitem()[1])


def drop(name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _ in range(20):
        try:
            return _run(statement)
        except psycopg.errors.InsufficientPrivilege:
            # A server's own process is just looking at it; it leaves by itself.
            time.sleep(0.25)
    return _run(statement)


def point_to(name: str) -> None:
    """Have both roles of this process talk to another database from now on."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def environment(name: str) -> dict[str, str]:
    """What a subprocess needs to work on the same database and broker."""
    return {
        **os.environ,
        "DATABASE_URL": make_conninfo(settings.DATABASE_URL, dbname=name),
        "DATABASE_OWNER_URL": make_conninfo(settings.DATABASE_OWNER_URL, dbname=name),
        "REDIS_URL": settings.REDIS_URL,
        "PORTAL_DEMO": "1",
    }
