"""A small R1 and R2: workers are killed, the broker is wiped, nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from communications import leaving
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery, Stakeholder
from deployments import hints
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness

PROJECT = Path(__file__).parents[2]
# PORTAL_CHAOS=1 is the promised size.
PEOPLE = 5000 if os.environ.get("PORTAL_CHAOS") else 200
KILLS = 20 if os.environ.get("PORTAL_CHAOS") else 3
DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")


class Processes:
    """Real workers and a real ticker, as `make run` starts them."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "deploy_portal", *arguments],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", "--pool", "threads", "--concurrency", "4", "-Q", "messages",
            "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
        )  # fmt: skip

    def beat(self) -> subprocess.Popen[bytes]:
        return self.start("beat", "-s", str(self.folder / "beat"), "--pidfile", "")

    def end(self) -> None:
        for process in self.running:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def settled() -> bool:
    under_way = ["scheduled", "claimed", "dispatching", "retry"]
    copies = Delivery.objects.all()
    return copies.count() == PEOPLE and not copies.filter(state__in=under_way).exists()


def wait_until_sent(count: int, witness: Witness, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(witness.taken) < count:
        time.sleep(0.005)


@pytest.mark.slow
def test_kills_and_a_wiped_broker_lose_nothing_and_double_nothing(
    committed: dict[str, str], real_team: Team, witness: Witness, tmp_path: Path
) -> None:
    for name, person in real_team.people.items():
        person.email = "" if name != "release_manager" else person.email
        person.save()
    Stakeholder.objects.bulk_create(
        Stakeholder(service=real_team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(PEOPLE - 1)
    )
    environment = committed | {"EMAIL_URL": f"smtp://127.0.0.1:{witness.port}"}
    processes = Processes(environment, tmp_path)
    make_planned(real_team, DUE)
    witness.pause = 0.003
    try:
        processes.beat()
        for number in range(KILLS):
            worker = processes.worker()
            wait_until_sent(len(witness.taken) + 1, witness, 30)
            time.sleep(random.uniform(0, 0.15))
            kill(worker)
            hints._redis().flushall()
            if number == 0:
                assert 0 < len(witness.taken) < PEOPLE
            # The leases of the dead run out at once instead of in minutes.
            move_clock(leaving.HANDOVER_LEASE)
        processes.worker()
        end = time.monotonic() + 20
        while time.monotonic() < end and not settled():
            time.sleep(0.05)
    finally:
        processes.end()
    states = list(Delivery.objects.values_list("state", flat=True))
    unknown = states.count(DeliveryState.UNKNOWN)
    sent = {copy.mail_id for copy in Delivery.objects.filter(state=DeliveryState.SENT)}
    taken = [mail.mail_id for mail in witness.taken]
    assert (len(states), states.count(DeliveryState.SENT) + unknown) == (PEOPLE, PEOPLE)
    assert sent <= set(taken)
    assert witness.doubled() == {}
    # Each of a worker's three senders had at most one copy in its hands.
    assert unknown <= KILLS * 3
