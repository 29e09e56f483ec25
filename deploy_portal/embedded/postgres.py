"""How does an embedded PostgreSQL come to be, start and stop?"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import binaries, identity
from .children import Program
from .folders import Folders
from .problem import Problem
from .processes import wait_for_end

DATABASE = "portal"
OWNER = "portal_owner"
SERVING = "portal_app"

# The owner migrates; the other role serves, and the migrations grant it what it may do.
ROLES = f"""\
CREATE ROLE {OWNER} LOGIN CREATEDB
CREATE ROLE {SERVING} LOGIN
GRANT {SERVING} TO {OWNER}
CREATE DATABASE {DATABASE} OWNER {OWNER}
"""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "wal_buffers": "1MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "jit": "off",
    # No disk turns any more: a row by its index costs hardly more than the next one.
    "random_page_cost": "1.1",
    # Nobody replicates it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    # Below the data folder instead of in /dev/shm: nothing is written outside the project.
    "dynamic_shared_memory_type": "mmap",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For data that is thrown away afterwards.
FORGETFUL = {
    "fsync": "off",
    # Its workers belong to the superuser, whom the owner may not end when it drops a database.
    "autovacuum": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "300",
    "max_wal_size": "1GB",
}


STATUS_LINE = 7
BUILTIN_LOCALES_SINCE = 17
INITDB = (
    "--username=postgres",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)


@dataclass
class Postgres:
    """One server: its data folder, its socket folder, and whether it must survive a crash."""

    folders: Folders
    durable: bool = True
    bin: Path = field(default_factory=binaries.postgres_bin)

    def __post_init__(self) -> None:
        self.identity = identity.for_postgres(self.folders.root, self.bin)

    @property
    def data(self) -> Path:
        return self.folders.postgres

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={self.folders.sockets}"

    def addresses(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url(SERVING), "DATABASE_OWNER_URL": self.url(OWNER)}

    def program(self) -> Program:
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        settings["unix_socket_directories"] = str(self.folders.sockets)
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Program(
            "postgres",
            [str(self.bin / "postgres"), "-D", str(self.data), *options],
            environment=environment(),
            # SIGTERM would wait for idle clients.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            order=9,
            identity=self.identity,
            before=self.clear_stale_pid,
        )

    def prepare(self) -> None:
        """Make the data folder with roles and database, all or nothing."""
        self.identity.adopt(self.folders.sockets)
        if self.data.exists():
            self.refuse_other_version()
            return
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.identity.adopt(new)
        # The second source's is too old to bring the locale itself.
        provider = "builtin" if self.version() >= BUILTIN_LOCALES_SINCE else "libc"
        self.call("initdb", "-D", str(new), f"--locale-provider={provider}", *INITDB)
        told = self.call("postgres", "--single", "-D", str(new), "postgres", said=ROLES)
        if "ERROR" in told:
            raise Problem(f"PostgreSQL refused to make its roles: {told.strip()}")
        new.rename(self.data)

    def version(self) -> int:
        """The major version of the programs."""
        return int(self.call("postgres", "--version").split()[2].partition(".")[0])

    def refuse_other_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != (here := self.version()):
            raise Problem(
                f"{self.data} was made by PostgreSQL {made_by}, but this is {here}: "
                "dump it with the old version, or move the folder away to begin anew."
            )

    def call(self, program: str, *arguments: str, said: str = "") -> str:
        answer = subprocess.run(
            [str(self.bin / program), *arguments],
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
            preexec_fn=self.identity.enter,
            check=False,
        )
        if answer.returncode != 0:
            raise Problem(f"{program} failed: {answer.stdout.strip()}")
        return answer.stdout

    def is_ready(self) -> bool:
        """The eighth line of its pid file says so; pg_ctl reads it the same way."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def clear_stale_pid(self) -> None:
        """Remove what a killed server left; PostgreSQL itself is fooled by zombies."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            first = pid_file.read_text().partition("\n")[0]
            pid = abs(int(first)) if first.lstrip("-").isdigit() else 0
            # One that lost its supervisor is just finishing.
            if pid and not wait_for_end(pid, str(self.data), 10):
                raise Problem(f"PostgreSQL {pid} still uses {self.data}: stop it and try again.")
            pid_file.unlink(missing_ok=True)
        for left in self.folders.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)


def environment() -> Mapping[str, str]:
    """Ours without PG*, which would be taken for settings of this server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
