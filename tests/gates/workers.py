"""Real Celery workers for gates, each a process group of its own that a test may kill or stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).parent.parent.parent
COMMAND = [
    sys.executable, "-m", "celery", "-A", "deploy_portal", "worker", "--queues", "gates",
    "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle",
    "--loglevel", "WARNING",
]  # fmt: skip

BEAT = [
    sys.executable, "-m", "celery", "-A", "deploy_portal", "beat", "--loglevel", "CRITICAL",
    "--pidfile", "", "--scheduler", "celery.beat:Scheduler",
]  # fmt: skip


# One that is stopped in the middle of a change gives up its locks after ten seconds, not sixty.
IMPATIENT = "-c idle_in_transaction_session_timeout=10s"


class Worker:
    def __init__(self, environment: dict[str, str], command: list[str] = COMMAND) -> None:
        address = make_conninfo(environment["DATABASE_URL"], options=IMPATIENT)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {"DATABASE_URL": address},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def signal(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        if not self.has_ended:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def working(environment: dict[str, str], command: list[str] = COMMAND) -> Iterator[Worker]:
    worker = Worker(environment, command)
    try:
        yield worker
    finally:
        worker.kill()
