"""Databases for tests: migrated templates, cloned in a few milliseconds as often as needed."""

import os
import time
import uuid

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.builders import make_team

EMPTY = "portal_template"
TEAM = "portal_template_team"  # with the release team, which takes 365 questions to make
_own: dict[str, str] = {}  # the clones of this process, by template


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL, dbname="postgres", autocommit=True) as owner:
        owner.execute(statement)


def make_templates() -> None:
    """Migrate once and make the team once; every test database is a copy of one of these."""
    drop(EMPTY)
    _run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(EMPTY)))
    point_to(EMPTY)
    call_command("migrate", database="owner", verbosity=0)
    point_to(EMPTY)
    clone(TEAM)
    point_to(TEAM)
    make_team()
    point_to(EMPTY)


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
