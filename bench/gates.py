"""S5: what a gate's run costs beside a bare Celery task, and a thousand gates waiting for answers.

One real worker as in production. It is stopped while its queue is filled, so that nobody's writing
is measured; the time is from when it goes on until all is done. A backup gate looks at one file,
which is nearly nothing: what remains is the portal's own cost for claiming, judging and recording.
"""

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from celery import current_app
from django.conf import settings

from bench.database import database
from bench.live import processor_time
from connections.models import Connection
from deployments import content
from deployments.models import Deployment
from gates import services
from gates.definitions import GateDefinition
from gates.enums import GateState
from gates.models import Gate, GateRun
from gates.schedules import STANDING
from tests import databases
from tests.builders import Team, make_deployment, make_team

NAME = "bench_gates"
GATES_EACH = 50
RUNS, WAITING = 500, 1000
BARE = 2000
ROUNDS = 3
ANSWER_SECONDS = 1
BROKER = redis.Redis.from_url(settings.REDIS_URL)
COMMAND = [
    sys.executable, "-m", "celery", "-A", "deploy_portal", "worker", "--pool", "threads",
    "--concurrency", "40", "-Q", "gates", "--without-gossip", "--without-mingle",
    "--loglevel", "WARNING", "--include", "bench.doing_nothing",
]  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database(NAME), answering() as url:
        (Path(folder) / "newest.dump").write_bytes(b"dump")
        BROKER.flushdb()
        environment = databases.environment(NAME) | {"PORTAL_BACKUP_FOLDERS": folder}
        with working(environment) as worker:
            team = make_team()
            Connection.objects.create(
                key="local", title="local", base_url=url, permitted_ranges=["127.0.0.0/8"]
            )
            beside_a_bare_task(worker, team, {"files": f"{folder}/*.dump"})
            waiting_for_answers(worker, team)


def beside_a_bare_task(worker: "subprocess.Popen[bytes]", team: Team, files: Any) -> None:
    """In turns, so that what else loads the machine falls on both; the first turn warms up."""
    bare, runs = [], []
    for _ in range(ROUNDS + 1):
        bare.append([one / BARE * 1000 for one in timed(worker, send_bare, is_queue_empty)])
        plan = planned(team, RUNS, "backup", files)
        runs.append([one / RUNS * 1000 for one in timed(worker, asked(plan, team), all_passed)])
    (task, task_cpu), (run, run_cpu) = median(bare[1:]), median(runs[1:])
    print(f"bare task: {task:.2f} ms, of the worker's processor {task_cpu:.2f} ms")
    print(f"gate run:  {run:.2f} ms, of the worker's processor {run_cpu:.2f} ms")
    print(f"ratio: {run / task:.1f}   (promised: 10)")


def waiting_for_answers(worker: "subprocess.Popen[bytes]", team: Team) -> None:
    plan = planned(team, WAITING, "http", {"url": "/health", "connection": "local", "seconds": 10})
    took, processor = timed(worker, asked(plan, team), all_passed)
    print(
        f"{WAITING} HTTP gates with an answer after {ANSWER_SECONDS} s: {took:.1f} s,"
        f" of the worker's processor {processor:.1f} s   (promised: 30)"
    )


def median(rounds: list[list[float]]) -> tuple[float, float]:
    wall, processor = zip(*rounds, strict=True)
    return statistics.median(wall), statistics.median(processor)


def planned(team: Team, count: int, kind: str, wanted: dict[str, Any]) -> list[Deployment]:
    definitions = [
        GateDefinition(f"{kind} {number}", kind=kind, settings=wanted, schedule=STANDING)
        for number in range(GATES_EACH)
    ]
    plan = []
    for _ in range(count // GATES_EACH):
        deployment = make_deployment(team)
        services.define_gates(deployment, definitions)
        content.refresh(deployment, team.release_manager)
        plan.append(deployment)
    return plan


def asked(plan: list[Deployment], team: Team) -> Callable[[], None]:
    def ask() -> None:
        for deployment in plan:
            services.request_all(deployment, actor=team.member)

    return ask


def send_bare() -> None:
    for _ in range(BARE):
        current_app.send_task("gates.do_nothing")


def is_queue_empty() -> bool:
    return not BROKER.llen("gates") and not BROKER.hlen("unacked")


def all_passed() -> bool:
    if GateRun.objects.live().exists():
        return False
    assert not Gate.objects.exclude(state=GateState.PASSED).exists()
    return True


def timed(
    worker: "subprocess.Popen[bytes]", fill: Callable[[], None], is_done: Callable[[], bool]
) -> tuple[float, float]:
    """Seconds from when the worker goes on until all is done, and those of its processor."""
    os.killpg(worker.pid, signal.SIGSTOP)
    fill()
    used = processor_time(worker.pid)
    began = time.perf_counter()
    os.killpg(worker.pid, signal.SIGCONT)
    while not is_done():
        time.sleep(0.02)
    return time.perf_counter() - began, processor_time(worker.pid) - used


@contextmanager
def working(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(COMMAND, env=environment, start_new_session=True)
    try:
        send_bare()
        while not is_queue_empty():
            time.sleep(0.1)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(20)


@contextmanager
def answering() -> Iterator[str]:
    """A server that lets everybody wait a second."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(ANSWER_SECONDS)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


if __name__ == "__main__":
    main()
