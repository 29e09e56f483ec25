"""S6 and S7: mails that are due at once beside a plain SMTP loop, and how soon a due mail leaves.

Workers and ticker are those of `make run`, and the mail server is a process of its own. The plain
loop hands the same mails to the same server in one session and in the same run; it only knows what
to send, while the portal accounts for every copy. `python -m bench.messages 2000` for fewer mails.
"""

from __future__ import annotations

import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.db import transaction

from bench.database import database
from bench.live import processor_time
from bench.mail_server import Server, serving
from communications import services
from communications.definitions import PlanLine
from communications.enums import UNDER_WAY, WAITING, Kind
from communications.models import Delivery, Message, Stakeholder
from communications.writing import mails
from deployments import clock, ticks
from deployments.enums import Anchor
from deployments.models import Deployment, Tick
from tests import databases
from tests.builders import Team, make_deployment, make_team

NAME = "bench_messages"
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
READERS = 250
A_SECOND, SECONDS, READERS_EACH = 50, 40, 10
CELERY = [sys.executable, "-m", "celery", "-A", "deploy_portal"]
WORKER = [
    *CELERY, "worker", "--pool", "threads", "--concurrency", "8", "-Q", "messages,celery",
    "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
]  # fmt: skip
BEAT = [*CELERY, "beat", "--loglevel", "CRITICAL", "--pidfile", "", "--scheduler",
        "celery.beat:Scheduler"]  # fmt: skip


def main() -> None:
    load = os.getloadavg()[0]
    print(f"load of the machine before: {load:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder, database(NAME), ExitStack() as stack:
        one, other = (
            stack.enter_context(serving(Path(folder) / f"taken {name}")) for name in ("one", "two")
        )
        at_once(make_service("many", READERS), one)
        shared(make_service("shared", READERS), one, other)
        soon(make_service("soon", READERS_EACH), one)


def make_service(key: str, readers: int) -> Team:
    """A service with so many readers, none of them with an account."""
    team = make_team(key, prefix=f"{key}_")
    for person in team.people.values():
        person.email = ""
        person.save()
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"Reader {n}", address=f"{key}{n}@example.net")
        for n in range(readers)
    )
    return team


def planned(team: Team, count: int, lines: int = 1) -> list[Message]:
    """Messages of as many deployments that are not due yet."""
    plan = [
        PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2, seconds=n), f"Go/no-go {n}")
        for n in range(lines)
    ]
    made = [make_deployment(team, t0_in=timedelta(hours=12), submitted=True) for _ in range(count)]
    for deployment in made:
        with transaction.atomic():
            services.define_plan(Deployment.objects.lock(deployment.pk), plan)
    return list(Message.objects.filter(deployment__in=made).order_by("due_at"))


def at_once(team: Team, server: Server) -> None:
    """S6: two workers, one mail server."""
    messages = planned(team, COUNT // READERS)
    with working([server.url, server.url]) as workers:
        used = sum(processor_time(worker.pid) for worker in workers)
        began = time.time()
        let_leave(messages)
        wait_until_sent(messages, COUNT)
        used = sum(processor_time(worker.pid) for worker in workers) - used
    taken = server.taken()
    first, last = min(one.at for one in taken), max(one.at for one in taken)
    rate, later = COUNT / (last - began), COUNT / (last - first)
    states = Counter(Delivery.objects.values_list("state", flat=True))
    twice = len(taken) - len({one.mail_id for one in taken})
    print(f"{COUNT} mails due at once: {dict(states)}, taken {len(taken)}, of them twice {twice}")
    plain = plain_loop(messages, server)
    print(f"portal: {rate:.0f} a second, {used / COUNT * 1000:.2f} ms of its processors each")
    print(f"plain SMTP loop: {plain:.0f} a second")
    print(f"ratio: {rate / plain:.2f}   (promised: 0.6)")
    print(f"the first left after {first - began:.1f} s; from then on {later:.0f} a second")


def let_leave(messages: Sequence[Message]) -> None:
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(due_at=clock.now())


def plain_loop(messages: Sequence[Message], server: Server) -> float:
    """The same mails, written before the clock starts, one after the other in one session."""
    copies = Delivery.objects.with_message().filter(message__in=messages).order_by("pk")
    texts = mails.Texts()
    ready = [(copy.address, texts.written(copy).replace(b"\n", b"\r\n")) for copy in copies]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        for address, content in ready:
            smtp.sendmail("portal@localhost", [address], content)
    return len(ready) / (time.perf_counter() - began)


def shared(team: Team, one: Server, other: Server) -> None:
    """Each worker has a mail server of its own, so that one sees who sent how much."""
    messages, before = planned(team, 8), len(one.taken())
    with working([one.url, other.url]):
        let_leave(messages)
        wait_until_sent(messages, 8 * READERS)
    shares = len(one.taken()) - before, len(other.taken())
    print(f"two workers, {8 * READERS} mails: {shares[0]} and {shares[1]}")


def soon(team: Team, server: Server) -> None:
    """S7: so many mails due in each of so many seconds."""
    messages = planned(team, A_SECOND // READERS_EACH, SECONDS)
    before = len(server.taken())
    with working([server.url, server.url]):
        began = clock.now() + timedelta(seconds=2)
        for number, message in enumerate(messages):
            message.due_at = began + timedelta(seconds=number * READERS_EACH / A_SECOND)
        Message.objects.bulk_update(messages, ["due_at"])
        wait_until_sent(messages, A_SECOND * SECONDS)
    copies = Delivery.objects.filter(message__in=messages)
    due = dict(copies.values_list("mail_id", "message__due_at"))
    late = sorted(one.at - due[one.mail_id].timestamp() for one in server.taken()[before:])
    print(
        f"{A_SECOND} mails due a second for {SECONDS} s: {len(late)} left,"
        f" p50 {statistics.median(late):.1f} s, p99 {late[int(len(late) * 0.99)]:.1f} s,"
        f" last {late[-1]:.1f} s   (promised: p50 3, p99 10)"
    )


def wait_until_sent(messages: Sequence[Message], count: int) -> None:
    copies = Delivery.objects.filter(message__in=messages)
    while True:
        open_ones = copies.filter(state__in=WAITING | UNDER_WAY).exists()
        if not open_ones and copies.count() == count:
            return
        time.sleep(0.2)


@contextmanager
def working(mail_servers: Sequence[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker for each of the mail servers, and the ticker; ready, with nothing to do yet."""
    environment = databases.environment(NAME) | {"LOG_LEVEL": "WARNING"}
    workers = [
        subprocess.Popen([*WORKER, "-n", f"messages{number}@bench"],
                         env=environment | {"EMAIL_URL": url})
        for number, url in enumerate(mail_servers)
    ]  # fmt: skip
    beat = subprocess.Popen(BEAT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(workers)
        yield workers
    finally:
        for process in (beat, *workers):
            process.terminate()
        for process in (beat, *workers):
            process.wait(60)


def wait_until_ready(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    """All workers answer, and the ticker has them sweep."""
    while len(current_app.control.ping(timeout=0.5)) < len(workers):
        assert all(worker.poll() is None for worker in workers), "A worker ended before it began."
    Tick.objects.filter(name=ticks.MAIL).delete()
    while not Tick.objects.filter(name=ticks.MAIL).exists():
        time.sleep(0.05)


if __name__ == "__main__":
    main()
