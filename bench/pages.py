"""S2: the tabs of a deployment with 500 items, 60 gates and 20 rules, on the server."""

import statistics
import time

from django.core.management import call_command
from django.test import Client

from bench.database import database
from dashboard.panels import TABS
from deployments.answers import page
from tests.builders import make_team, signed_in
from tests.dashboard.test_pages import make_large

ROUNDS = 40


def main() -> None:
    with database("bench_pages"):
        call_command("collectstatic", interactive=False, verbosity=0)
        team = make_team()
        deployment = make_large(team)
        client = signed_in(team.release_manager)
        client.defaults["SERVER_NAME"] = "localhost"
        print(f"{'page':<12}{'p50 ms':>8}{'p95 ms':>8}   (promised: 120)")
        print(row("home", client, "/"))
        for tab in TABS:
            print(row(tab, client, page(deployment, tab)))


def row(name: str, client: Client, address: str) -> str:
    times = sorted(timed(client, address) for _ in range(ROUNDS))
    p95 = times[int(ROUNDS * 0.95)]
    return f"{name:<12}{statistics.median(times):>8.0f}{p95:>8.0f}"


def timed(client: Client, address: str) -> float:
    began = time.perf_counter()
    assert client.get(address).status_code == 200
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
