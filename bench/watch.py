"""A watch of 50 metrics over 48 hours, a reading a minute: written, kept, read and drawn.

python -m deploy_portal.embedded with -- python -m bench.watch
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from bench.database import database
from bench.pages import row
from deployments import clock
from deployments.answers import page
from monitoring import services
from monitoring.definitions import AlertDefinition
from monitoring.models import Watch
from monitoring.services import Value
from monitoring.services.readings import MOST_AT_ONCE
from tests.builders import make_team, signed_in
from tests.monitoring.makers import MINUTE, machine, make_watch

METRICS = 50
MINUTES = 48 * 60
KEYS = [f"metric-{n:02}" for n in range(METRICS)]


def main() -> None:
    with database("bench_watch"):
        call_command("collectstatic", interactive=False, verbosity=0)
        team = make_team()
        rules = [AlertDefinition(f"{key} high", f"{key} > 1000 ms") for key in KEYS]
        watch = make_watch(team, alerts=rules, metrics=dict.fromkeys(KEYS, "ms"))
        now = clock.now()
        opened = now - MINUTES * MINUTE
        # Up to its last second, since one that is over takes nothing more.
        Watch.objects.update(opened_at=opened, ends_at=now + timedelta(hours=1))
        written, took = write(watch, opened)
        print(f"{written} readings of {METRICS} metrics")
        print(f"written at {written / took:.0f} rows a second, {MOST_AT_ONCE} values at once")
        print(f"the table with its indexes: {size():.0f} MB, {size() / written * 1e6:.0f} B a row")
        client = signed_in(team.release_manager)
        client.defaults["SERVER_NAME"] = "localhost"
        points = reverse("monitoring:points", args=[watch.deployment_id])
        print(f"{'page':<12}{'p50 ms':>8}{'p95 ms':>8}")
        print(row("points", client, points))
        print(row("news", client, f"{points}?since={now.timestamp() - 3600:.0f}"))
        print(row("watch", client, page(watch.deployment, "watch")))


def write(watch: Watch, opened: datetime) -> tuple[int, float]:
    """As a machine would that sends what it has measured, in the largest batches there may be."""
    sender, written = machine(), 0
    instants = [opened + n * MINUTE for n in range(MINUTES)]
    each = MOST_AT_ONCE // METRICS
    began = time.perf_counter()
    for start in range(0, MINUTES, each):
        values = [
            Value(key, Decimal(100 + (n * 7) % 90), at)
            for n, key in enumerate(KEYS)
            for at in instants[start : start + each]
        ]
        written += services.push(watch.deployment_id, values, actor=sender).written
    return written, time.perf_counter() - began


def size() -> float:
    """Megabytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('monitoring_reading')")
        return float(cursor.fetchone()[0]) / 1e6


if __name__ == "__main__":
    main()
