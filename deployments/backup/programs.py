"""PostgreSQL's own programs: what they are asked, and as whom."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from deployments.backup.problems import BackupError

# What libpq takes from the environment: no password may stand in a list of processes.
ENVIRONMENT = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}
OURS = frozenset({"pool"})
# Everything of the portal but the schema itself, which an administrator may have given rights on.
CLEAR = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', one.name);
    END LOOP;
    FOR one IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        )
    LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$;
"""


def owner() -> str:
    """The connection of the role that owns the tables."""
    return "owner" if "owner" in settings.DATABASES else "default"


def dump(to: Path) -> None:
    _call("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(to))


def script(dumped: Path, to: Path) -> None:
    """Write the SQL of a dump; whole before anything of it is run."""
    _call("pg_restore", "--no-owner", "--no-privileges", "--file", str(to), str(dumped))


def run_together(*scripts: Path) -> None:
    """All of them in one transaction: after a failure the database is as it was."""
    files = [argument for one in scripts for argument in ("--file", str(one))]
    _call("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files)


def _call(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BackupError(
            f"{name} was not found: install PostgreSQL's client programs of the server's version "
            "or later, or use `make backup` and `make restore`, which bring their own."
        )
    _finish(name, [program, *arguments])


def _finish(name: str, command: Sequence[str]) -> None:
    answer = subprocess.run(
        command,
        env=_environment(connections[owner()].settings_dict),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if answer.returncode != 0:
        raise BackupError(f"{name} failed: {answer.stderr.strip()}")


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    kept |= {there: str(database[here]) for here, there in ENVIRONMENT.items() if database[here]}
    options = {name: value for name, value in database["OPTIONS"].items() if name not in OURS}
    return kept | {f"PG{name.upper()}": str(value) for name, value in options.items()}
