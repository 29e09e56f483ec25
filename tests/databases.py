"""Databases for tests: one migrated template, cloned in a few milliseconds as often as needed."""

import os
import time

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

TEMPLATE = "portal_template"


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL, dbname="postgres", autocommit=True) as owner:
        owner.execute(statement)


def make_template() -> None:
    """Migrate once; every test database is a copy of this one."""
    drop(TEMPLATE)
    _run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    point_to(TEMPLATE)
    call_command("migrate", database="owner", verbosity=0)
    point_to(TEMPLATE)


def clone(name: str) -> None:
    drop(name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    _run(statement.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))


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
