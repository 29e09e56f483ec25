"""R1 with R2: workers and ticker are killed at random, the broker is wiped and killed meanwhile.

In `make chaos` 5,000 mails and 20 kills. A real SMTP server is the witness of what really left.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from communications.definitions import PlanLine
from communications.enums import UNDER_WAY, WAITING, DeliveryState, Kind
from communications.models import Delivery, Stakeholder
from communications.sending import leaving
from communications.sending.line import MOST_AT_ONCE
from deployments.enums import Anchor
from tests.builders import Team
from tests.chaos import EVERY_SECONDS, FULL, unreliable
from tests.communications.conftest import make_planned, move_clock
from tests.communications.smtp_witness import Witness
from tests.gates.workers import BEAT, COMMAND, Worker
from tests.live.brokers import Broker
from tests.waiting import PATIENCE, until

MESSAGES, READERS, KILLS = (10, 500, 20) if FULL else (4, 50, 2)
SENDERS_OF_A_WORKER = 3
# Due, and of use for longer than all moves of the clock take together.
T0_IN = timedelta(hours=24)
DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -T0_IN - timedelta(hours=1), "Final go/no-go")
WORKER = ["messages" if word == "gates" else word for word in COMMAND]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 if FULL else 120)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


def plan(team: Team) -> None:
    for person in team.people.values():
        person.email = ""
        person.save()
    Stakeholder.objects.bulk_create(
        Stakeholder(service=team.service, name=f"P{n}", address=f"p{n}@example.net")
        for n in range(READERS)
    )
    for _ in range(MESSAGES):
        make_planned(team, DUE, t0_in=T0_IN)


class Processes:
    """Two workers and a ticker, of which one after the other is killed at its work."""

    def __init__(self, stack: ExitStack, environment: dict[str, str], witness: Witness) -> None:
        self.stack, self.environment, self.witness = stack, environment, witness
        self.killed: Counter[str] = Counter()
        self.beat = self.started(BEAT)
        self.workers = [self.started(WORKER), self.started(WORKER)]

    def started(self, command: list[str]) -> Worker:
        worker = Worker(self.environment, command)
        self.stack.callback(worker.kill)
        return worker

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for it; whatever a dead broker ended is started again, as a supervisor would."""

        def tended() -> object:
            if self.beat.has_ended:
                self.beat = self.started(BEAT)
            self.workers = [self.started(WORKER) if one.has_ended else one for one in self.workers]
            return is_so()

        until(tended, seconds=1200 if FULL else PATIENCE)

    def kill_one(self) -> None:
        """While mails are leaving, at an instant that nobody chose."""
        more = len(self.witness.taken) + random.randint(1, MESSAGES * READERS // (KILLS + 1))
        self.until(lambda: len(self.witness.taken) >= more or is_settled())
        time.sleep(random.uniform(0, 0.2))
        random.choice(self.workers).kill()
        self.killed["workers"] += 1
        if random.random() < 0.5:
            self.beat.kill()
            self.killed["beat"] += 1
        # The leases of the dead run out at once instead of in minutes; those of the living, too.
        move_clock(leaving.HANDOVER_LEASE)


def is_settled() -> bool:
    copies = Delivery.objects.all()
    is_written = copies.count() == MESSAGES * READERS
    return is_written and not copies.filter(state__in=WAITING | UNDER_WAY).exists()


def test_kills_and_a_wiped_broker_lose_nothing_and_double_nothing(
    committed: dict[str, str], real_team: Team, witness: Witness, broker: Broker
) -> None:
    plan(real_team)
    environment = committed | {
        "REDIS_URL": broker.url, "EMAIL_URL": f"smtp://127.0.0.1:{witness.port}"
    }  # fmt: skip
    witness.pause, began = 0.02, time.monotonic()
    with ExitStack() as stack:
        processes = Processes(stack, environment, witness)
        with unreliable(broker, EVERY_SECONDS if FULL else 2) as troubles:
            for _ in range(KILLS):
                processes.kill_one()
            processes.until(is_settled)
        # What a worker of whose lease the clock robbed it still had to say.
        time.sleep(1)
    states = Counter(Delivery.objects.values_list("state", flat=True))
    print(
        f"{MESSAGES * READERS} mails, killed {dict(processes.killed)}, broker"
        f" {dict(Counter(troubles))}: {dict(states)}, taken {len(witness.taken)},"
        f" doubled {len(witness.doubled())} in {time.monotonic() - began:.0f} s"
    )
    assert_each_is_accounted_for(states, witness)
    # Nobody but the dead is in doubt, about what they had just begun.
    most = processes.killed["workers"] * SENDERS_OF_A_WORKER * MOST_AT_ONCE
    assert states[DeliveryState.UNKNOWN] <= most


def assert_each_is_accounted_for(states: Counter[str], witness: Witness) -> None:
    """What is called sent the server has, once; what it has besides is called unknown."""
    assert set(states) <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert states.total() == MESSAGES * READERS
    copies = dict(Delivery.objects.values_list("mail_id", "state"))
    sent = {mail_id for mail_id, state in copies.items() if state == DeliveryState.SENT}
    taken = {mail.mail_id for mail in witness.taken}
    assert witness.doubled() == {}
    assert sent <= taken
    assert {copies[mail_id] for mail_id in taken - sent} <= {DeliveryState.UNKNOWN}
