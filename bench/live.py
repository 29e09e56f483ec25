"""S3: a change reaches 1,000 open pages of one web process.

    python -m deploy_portal.embedded with -- python -m bench.live [CLIENTS] [CHANGES]

Clients and server share the machine, so the figures include what the clients themselves cost.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")
django.setup()

import uvloop  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.models import User  # noqa: E402
from checklists import services as checklists  # noqa: E402
from checklists.enums import ItemState  # noqa: E402
from deployments.models import Deployment  # noqa: E402
from tests import databases  # noqa: E402
from tests.builders import make_deployment, make_team, signed_in  # noqa: E402

NAME = "portal_bench_live"
PATH = "/live/deployments/{}/?panels=header,checklist&last={}"
ITEMS = tuple(
    f"Check number {n} of the preparation, as agreed with operations"
    for n in range(int(os.environ.get("ITEMS", "40")))
)


def main() -> None:
    given = [int(number) for number in sys.argv[1:]]
    clients, changes = given + [1000, 40][len(given) :]
    databases.make_templates()
    databases.clone(NAME)
    databases.point_to(NAME)
    try:
        measure(clients, changes)
    finally:
        connection.close()
        databases.drop(NAME)


def measure(clients: int, changes: int) -> None:
    team = make_team()
    deployment = make_deployment(team, items=ITEMS, submitted=True)
    # Nine readers to one who may tick: two audiences, two renderings per change.
    sessions = [str(signed_in(team.stakeholder).session.session_key)] * 9
    sessions.append(str(signed_in(team.member).session.session_key))
    with served() as (process, port):
        warm(port, deployment.pk, sessions)
        crowd = Crowd(port, deployment, sessions)
        before, connected = memory(process.pid), connections(close=True)
        after, took = uvloop.run(crowd.live(clients, changes, team.member, process.pid))
    delays = sorted(crowd.delays)
    print(f"clients {clients}, changes {changes}, heard {len(delays)} of {clients * changes}")
    print(f"opening all: {took:.1f} s")
    print(
        "commit to event, ms:"
        f" p50 {statistics.median(delays) * 1000:.0f}"
        f" p95 {delays[int(len(delays) * 0.95)] * 1000:.0f}"
        f" max {delays[-1] * 1000:.0f}   (promised: p95 300)"
    )
    print(f"processor time of the web process per change: {crowd.cpu / changes * 1000:.0f} ms")
    print(f"message: {crowd.size / 1024:.1f} kB")
    print(f"memory per open page: {(after - before) / clients:.1f} kB   (promised: 50)")
    print(f"database connections: {connected} before, {crowd.connected} with all open")


class Crowd:
    def __init__(self, port: int, deployment: Deployment, sessions: list[str]) -> None:
        self.port, self.deployment, self.sessions = port, deployment, sessions
        self.committed: dict[int, float] = {}
        self.delays: list[float] = []
        self.size = self.connected = 0
        self.cpu = 0.0
        self.ready = asyncio.Semaphore(0)

    async def live(self, clients: int, changes: int, actor: User, pid: int) -> tuple[float, float]:
        began = time.monotonic()
        tasks = [asyncio.create_task(self.client(n)) for n in range(clients)]
        for _ in range(clients):
            await self.ready.acquire()
        took = time.monotonic() - began
        await asyncio.sleep(1)
        used, self.connected = memory(pid), await asyncio.to_thread(connections, close=True)
        began = processor_time(pid)
        for number in range(changes):
            await asyncio.to_thread(self.change, number, actor)
            await asyncio.sleep(0.5)
        self.cpu = processor_time(pid) - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return used, took

    def change(self, number: int, actor: User) -> None:
        to = ItemState.OPEN if number % 2 else ItemState.DONE
        item = self.deployment.items.order_by("position")[0]
        with transaction.atomic():
            transaction.on_commit(lambda: stamp.append(time.monotonic()))
            stamp: list[float] = []
            event = checklists.set_state(self.deployment.pk, item.pk, to, actor=actor)
            assert event is not None
            # Known before anybody can hear of it; the exact instant follows on commit.
            self.committed[event.sequence] = 0.0
            transaction.on_commit(lambda: self.committed.__setitem__(event.sequence, stamp[0]))
        connection.close()

    async def client(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        path = PATH.format(self.deployment.pk, self.deployment.event_count)
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.sessions[number % len(self.sessions)]}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n", 1)[0], head
        self.ready.release()
        try:
            while length := int(await reader.readline(), 16):
                chunk = await reader.readexactly(length + 2)
                if chunk.startswith(b"id: "):
                    self.heard(chunk)
        finally:
            writer.close()

    def heard(self, chunk: bytes) -> None:
        now = time.monotonic()
        version = int(chunk[4 : chunk.index(b"-")])
        if at := self.committed.get(version):
            self.delays.append(now - at)
            self.size = max(self.size, len(chunk))


@contextmanager
def served(name: str = NAME) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with tempfile.TemporaryDirectory() as var, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        environment = databases.environment(name) | {
            "PORTAL_VAR": var, "DEBUG": "0", "LOG_LEVEL": "WARNING", "MALLOC_ARENA_MAX": "2",
            "DATABASE_POOL": "1",
        }  # fmt: skip
        environment.pop("DATABASE_OWNER_URL")
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
        subprocess.run(collect, env=environment, check=True)
        descriptor = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy_portal.embedded.web", str(descriptor)],
            env=environment, pass_fds=[descriptor],
        )  # fmt: skip
        try:
            yield process, listening.getsockname()[1]
        finally:
            process.terminate()
            began = time.monotonic()
            process.wait(10)
            print(f"the web process ended in {time.monotonic() - began:.1f} s")


def warm(port: int, deployment_id: int, sessions: list[str]) -> None:
    """Both threads have rendered and hold what they will always hold."""

    async def visit() -> None:
        for session in sessions:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            path = PATH.format(deployment_id, 0)
            cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
            await reader.readuntil(b"\nid: ")
            writer.close()

    asyncio.run(visit())


def memory(pid: int) -> float:
    """kB that are this process's alone or its share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("Pss:")))


def processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connections(*, close: bool = False) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = int(cursor.fetchone()[0])
    if close:
        connection.close()
    return found


if __name__ == "__main__":
    main()
