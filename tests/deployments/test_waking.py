"""A worker that was stopped in the middle of a row keeps no sweep waiting."""

from __future__ import annotations

from datetime import timedelta

import psycopg
from django.db import connection

from deployments import clock
from gates import services, sweeps
from gates.models import GateRun
from tests.builders import Team, make_deployment
from tests.gates.makers import make_gate


def test_row_in_the_hands_of_a_stopped_worker_is_left_out_and_the_others_are_told_of(
    real_team: Team, committed: dict[str, str]
) -> None:
    deployment = make_deployment(real_team)
    for title in ("One", "Other"):
        make_gate(deployment, title=title, kind="http", settings={"url": "https://example.org/"})
    services.request_all(deployment, actor=real_team.member)
    held, other = GateRun.objects.order_by("pk")
    now = clock.now() + timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")  # else a sweep that waits would wait for ever
    with psycopg.connect(committed["DATABASE_URL"]) as stopped:
        stopped.execute("UPDATE gates_gaterun SET starts = starts WHERE id = %s", [held.pk])

        assert sweeps.wake_due(now) == 1

    told = GateRun.objects.filter(hinted_at=now)
    assert list(told) == [other]
    assert sweeps.wake_due(now) == 1
