"""S1 and S2: pages on the server, with a few deployments and with many, side by side.

    python -m deploy_portal.embedded with -- python -m bench.pages

By default 10,000 deployments with a million events; FULL=1 takes ten times as many, DEPLOYMENTS=n
and EVENTS=n others. S11's part in a browser is bench/home.py.
"""

import gc
import os
import statistics
import time
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bench.database import database
from dashboard.panels import TABS
from deployments.answers import page
from deployments.enums import State
from deployments.finding.paging import MOMENT, _key
from deployments.models import Deployment
from intake.seeding.sowing import sow
from tests.builders import make_administrator, make_team, signed_in
from tests.dashboard.test_pages import add_events, make_large

ROUNDS = 40
FULL = 10 if os.environ.get("FULL") == "1" else 1
FEW = (100, 10_000)
MANY = (
    int(os.environ.get("DEPLOYMENTS", 10_000 * FULL)),
    int(os.environ.get("EVENTS", 1_000_000 * FULL)),
)


@dataclass(frozen=True)
class Measured:
    questions: int
    p50: float
    p95: float


def main() -> None:
    with database("bench_pages"):
        call_command("collectstatic", interactive=False, verbosity=0)
        one_large()
    with database("bench_pages"):
        make_administrator()
        few_and_many()


def one_large() -> None:
    """S2, with five thousand events."""
    team = make_team()
    deployment = make_large(team)
    add_events(deployment, 5000)
    client = browser(team.release_manager)
    print(f"{'S2: tab':<12}{'questions':>10}{'p50 ms':>8}{'p95 ms':>8}   (promised: 20, p95 120)")
    for tab in TABS:
        print(row(tab, client, page(deployment, tab), counted=True), flush=True)


def few_and_many() -> None:
    """S1: the same pages, of somebody who sees some services and of somebody who sees all."""
    sown(*FEW)
    few = {name: measured(*where) for name, where in pages().items()}
    sown(MANY[0] - FEW[0], MANY[1] - FEW[1])
    print(f"S1, promised: 12 questions, p95 60 ms, ratio 1.2; {FEW[0]} and {MANY[0]} deployments")
    print(f"{'page':<26}{'questions':>12}{'p50 ms':>14}{'p95 ms':>14}{'ratio':>7}")
    for name, where in pages().items():
        one, two = few[name], measured(*where)
        print(
            f"{name:<26}{one.questions:>6}{two.questions:>6}{one.p50:>7.0f}{two.p50:>7.0f}"
            f"{one.p95:>7.0f}{two.p95:>7.0f}{two.p95 / one.p95:>7.1f}",
            flush=True,
        )


def sown(deployments: int, events: int) -> None:
    began = time.perf_counter()
    written = sow(deployments, events)
    took = time.perf_counter() - began
    print(f"seeded {deployments} deployments, {written['deployments_event']} events: {took:.0f} s")


def pages() -> dict[str, tuple[Client, str]]:
    some = browser(User.objects.get(username="seed-07"))
    every = browser(User.objects.get(username="administrator"))
    closed = Deployment.objects.filter(state=State.CLOSED).latest("pk")
    found = {}
    for who, client in (("some", some), ("all", every)):
        addresses = {
            "home": "/", "decisions": "/decisions/", "deployments": "/deployments/",
            "last page": f"/deployments/?before={last_key()}",
            "by text": "/deployments/?text=billing+sprint",
            "by commit": f"/deployments/?text={closed.commit[:9]}",
            "open": "/deployments/?state=open",
            "by person": "/deployments/?person=seed-10", "services": "/services/",
            "next days": "/deployments/?when=next-7",
        }  # fmt: skip
        found |= {f"{name} ({who})": (client, address) for name, address in addresses.items()}
    for tab in ("overview", "history"):
        found[f"closed, {tab}"] = (every, page(closed, tab))
    for name in ("people", "environments", "connections"):
        found[name] = (every, reverse(f"deployments:{name}"))
    found["operations"] = (every, reverse("dashboard:operations"))
    return found


def last_key() -> str:
    return _key(Deployment.objects.annotate(moment=MOMENT).order_by("moment", "pk")[0])


def browser(person: User) -> Client:
    client = signed_in(person)
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def measured(client: Client, address: str) -> Measured:
    timed(client, address)
    gc.freeze()  # as a web process has when it begins to serve
    with CaptureQueriesContext(connection) as asked:
        timed(client, address)
    questions = len(asked)  # at once: the next request empties the log
    times = sorted(timed(client, address) for _ in range(ROUNDS))
    return Measured(questions, statistics.median(times), times[int(ROUNDS * 0.95)])


def row(name: str, client: Client, address: str, *, counted: bool = False) -> str:
    one = measured(client, address)
    questions = f"{one.questions:>10}" if counted else ""
    return f"{name:<12}{questions}{one.p50:>8.0f}{one.p95:>8.0f}"


def timed(client: Client, address: str) -> float:
    began = time.perf_counter()
    assert client.get(address).status_code == 200
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
