"""Which processes make up the portal?"""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from .children import Program
from .folders import PROJECT, Folders
from .secret import secret_key

WEB_PROCESSES = 2
# The order of the end: whoever takes work first, then who serves, who ticks, what all stand on.
WORKERS, WEB, BEAT, MAIL = 1, 2, 3, 8
CELERY = ("-m", "celery", "-A", "deploy_portal")
THREADED = ("--pool", "threads", "--without-gossip", "--without-mingle", "--loglevel", "INFO")


def environment(root: Path, addresses: Mapping[str, str], web: int, smtp: int) -> dict[str, str]:
    """What every process is told; what the caller has set is kept."""
    defaults = {
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        # Workers and ticker would each make those of `make check` at every start.
        "CELERY_SKIP_CHECKS": "1",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "deploy_portal.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
        "PORTAL_DEMO": "1",
        "PORTAL_URL": f"http://127.0.0.1:{web}",
        "PYTHONPATH": str(PROJECT),
        "PYTHONUNBUFFERED": "1",
        # Threads each keep an arena of freed memory otherwise.
        "MALLOC_ARENA_MAX": "2",
        # The arithmetic below the charts starts a thread for each core when it is loaded.
        "OPENBLAS_NUM_THREADS": "1",
    }
    chosen = defaults | dict(os.environ) | dict(addresses) | {"PORTAL_VAR": str(root)}
    if not chosen.get("SECRET_KEY"):
        chosen["SECRET_KEY"] = secret_key(root)
    return chosen


def serving(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the owner's address: no process that serves may change history."""
    return {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}


def command(name: str, environment: Mapping[str, str], *arguments: str) -> Program:
    argv = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    # With the owner's address it is told more than what is loaded was.
    return Program(name, argv, environment, is_portal="DATABASE_OWNER_URL" not in environment)


def migrate(environment: Mapping[str, str]) -> Program:
    alias = "owner" if environment.get("DATABASE_OWNER_URL") else "default"
    return command(
        "migrate", environment, "migrate", "--database", alias, "--no-input", "--skip-checks"
    )


def collectstatic(environment: Mapping[str, str]) -> Program:
    return command("collectstatic", environment, "collectstatic", "--no-input", "--clear")


def load_demo(environment: Mapping[str, str]) -> Program:
    return command("demo", serving(environment), "demo", "--if-empty")


def show_sign_ins(environment: Mapping[str, str]) -> Program:
    return command("sign-ins", serving(environment), "demo", "--show-sign-ins")


def mailbox(places: Folders, smtp: socket.socket, reader: socket.socket) -> Program:
    descriptors = (smtp.fileno(), reader.fileno())
    return Program(
        "mailbox",
        [
            *(sys.executable, "-m", "deploy_portal.embedded.mailbox", str(places.mail)),
            *map(str, descriptors),
        ],
        environment=dict(os.environ) | {"PYTHONPATH": str(PROJECT)},
        pass_fds=descriptors,
        order=MAIL,
        patience=0.5,
    )


def web_processes(environment: Mapping[str, str], listening: socket.socket) -> list[Program]:
    told = serving(environment)
    return [web(number, told, listening) for number in range(1, WEB_PROCESSES + 1)]


def background(environment: Mapping[str, str]) -> list[Program]:
    """A worker for gates, a worker for all else, and the ticker."""
    told = serving(environment)
    schedule = Path(told["PORTAL_VAR"]) / "beat"
    return [
        worker("gates", told, queues="gates", threads=40),
        worker("messages", told, queues="messages,celery", threads=8),
        Program(
            "beat",
            [sys.executable, *CELERY, "beat", "-s", str(schedule), "--pidfile", ""],
            told,
            order=BEAT,
            patience=1.0,
            is_portal=True,
        ),
    ]


def web(number: int, environment: Mapping[str, str], listening: socket.socket) -> Program:
    return Program(
        f"web-{number}",
        [sys.executable, "-m", "deploy_portal.embedded.web", str(listening.fileno())],
        dict(environment) | {"DATABASE_POOL": "1"},
        pass_fds=(listening.fileno(),),
        order=WEB,
        patience=3.0,
        is_portal=True,
    )


def worker(name: str, environment: Mapping[str, str], *, queues: str, threads: int) -> Program:
    reach = ("-Q", queues, "--concurrency", str(threads), "-n", f"{name}@%h")
    return Program(
        f"worker-{name}",
        [sys.executable, *CELERY, "worker", *THREADED, *reach],
        environment,
        order=WORKERS,
        # What is cut off here is found again by its lease.
        patience=3.0,
        is_portal=True,
    )
